import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  accepted,
  anOrder,
  fetchAsStore,
  freezeTime,
  outsideAnswers,
  postDesign,
  postEvent,
  postOrder,
  startAfresh,
} from '../bridge.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

/** Has every wait of this length or longer end at once. */
function skipLongWaits(): void {
  const wait = globalThis.setTimeout
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((then: () => void, ms = 0) =>
    wait(then, ms >= 2_000 ? 0 : ms)) as typeof setTimeout)
}

/** The ledger's first answer to each question is this; further ones are its own. */
function firstAnswer(answer: () => Promise<never>): { calls: number } {
  const whole = env.LEDGER.getByName.bind(env.LEDGER)
  const asked = { calls: 0 }
  vi.spyOn(env.LEDGER, 'getByName').mockImplementation((name) =>
    asked.calls++ === 0 ? (new Proxy({}, { get: () => answer }) as never) : whole(name),
  )
  return asked
}

const reset = (more: object) => () => Promise.reject(Object.assign(new Error('the object was reset'), more))

describe('a ledger that hangs', () => {
  it.each([
    ['a design', () => postDesign({ product_id: 1 })],
    ['an event', () => postEvent({ order: { order_id: 1 } })],
    ['an order', () => postOrder(anOrder())],
    ['a list', () => fetchAsStore('/orders')],
    ['a product', () => fetchAsStore('/products/sc-9')],
    ['a retry', () => fetchAsStore('/orders/order-1/retry', { method: 'POST' })],
    ['the metrics', () => fetchAsStore('/metrics')],
  ])('has %s answered 503 in time', async (_, ask) => {
    skipLongWaits()
    vi.spyOn(env.LEDGER, 'getByName').mockReturnValue(
      new Proxy({}, { get: () => () => new Promise(() => {}) }) as never,
    )

    const response = await ask()
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/)
  })
})

describe('a ledger that was reset on the way', () => {
  it('is asked once more, and the shopper sees nothing of it', async () => {
    const asked = firstAnswer(reset({ retryable: true }))

    expect((await postDesign({ product_id: 1 })).status).toBe(200)
    expect(asked.calls).toBe(2)
  })

  it.each([
    ['has too much to do', { retryable: true, overloaded: true }],
    ['met a fault of its own', {}],
  ])('is not asked again when it %s', async (_, more) => {
    const asked = firstAnswer(reset(more))

    expect((await postDesign({ product_id: 1 })).status).toBe(503)
    expect(asked.calls).toBe(1)
  })

  it('is not asked twice for a retry, which would send twice', async () => {
    await postDesign({ product_id: 1 })
    outsideAnswers(accepted)
    const asked = firstAnswer(reset({ retryable: true }))

    expect((await fetchAsStore('/orders/order-1/retry', { method: 'POST' })).status).toBe(503)
    expect(asked.calls).toBe(1)
  })
})

it('a KV read that hangs is not waited for: the ledger knows', async () => {
  await postDesign({ product_id: 1, price: 100 })
  vi.spyOn(env.CATALOGUE, 'get').mockReturnValue(new Promise(() => {}) as never)

  const response = await fetchAsStore('/products/sc-1')
  expect(await response.json()).toMatchObject({ price: 100 })
})
