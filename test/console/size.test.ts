import { runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freezeTime, ledger, NOW, postDesign, startAfresh } from '../bridge.ts'
import { fetchConsole } from './operator.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

/** Puts relayed orders for the design `sc-1` into the ledger; every thousandth has failed. */
const fill = (first: number, last: number) =>
  runInDurableObject(ledger(), (_, { storage }) => {
    storage.sql.exec(
      `INSERT INTO deliveries (destination, external_id, number, source, state, digest, give_up_at, received_at, changed_at,
         relayed_at, body)
       WITH RECURSIVE n (i) AS (SELECT CAST(?3 AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       SELECT 'orders', 'order-' || i, '#' || i, 'store', iif(i % 1000 = 0, 'failed', 'relayed'), 'digest', ?2, ?2, ?2, ?2,
         '{"products":[{"external_id":"sc-1"}]}' FROM n`,
      last,
      NOW,
      first,
    )
    storage.sql.exec(
      `INSERT INTO delivery_products (product, delivery) SELECT 'sc-1', seq FROM deliveries WHERE seq >= ?`,
      first,
    )
  })

/** The shortest of a few loads of a page, in milliseconds: what it takes when nothing else is going on. */
async function timeOf(path: string): Promise<number> {
  const times: number[] = []
  for (let load = 0; load < 5; load++) {
    const began = performance.now()
    const response = await fetchConsole(path)
    await response.text()
    expect(response.status).toBe(200)
    times.push(performance.now() - began)
  }
  return Math.min(...times)
}

const PAGES = [
  '',
  '/orders',
  '/orders?state=failed',
  '/orders?state=queued',
  '/orders?state=relayed',
  '/orders?q=order-7777',
  '/orders/order-777',
  '/products',
  '/events',
]

describe('the console of a ledger with 100,000 orders', () => {
  it('is as fast as that of one with a hundredth of them', async () => {
    await postDesign({ product_id: 1 })
    await fill(1, 1_000)
    const before: Record<string, number> = {}
    for (const path of PAGES) before[path] = await timeOf(path)
    await fill(1_001, 100_000)

    for (const path of PAGES)
      expect(await timeOf(path), `/console${path}`).toBeLessThan(2 * (before[path] ?? 0) + 30)
  }, 60_000)
})
