import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { prometheusText } from '../../src/operations/metrics.ts'
import {
  anOrder,
  fetchAsStore,
  fetchBridge,
  freezeTime,
  HOUR,
  ledger,
  outsideAnswers,
  passTime,
  postDesign,
  postOrder,
  restartLedger,
  SECOND,
  startAfresh,
} from '../bridge.ts'
import { parsePrometheus } from './prometheus-parser.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

const readMetrics = async () => parsePrometheus(await (await fetchAsStore('/metrics')).text())

/** One sample's value; a sample is named as Prometheus would print it. */
async function sampleOf(family: string, labels: Record<string, string> = {}): Promise<number | undefined> {
  const { samples = [] } = (await readMetrics())[family] ?? {}
  return samples.find((sample) => JSON.stringify(sample.labels) === JSON.stringify(labels))?.value
}

describe('GET /metrics', () => {
  it('names what the contract names, in a text that a strict parser takes', async () => {
    const response = await fetchAsStore('/metrics')

    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(
      Object.entries(parsePrometheus(await response.text())).map(([name, { type }]) => [name, type]),
    ).toEqual([
      ['bridge_orders', 'gauge'],
      ['bridge_oldest_waiting_seconds', 'gauge'],
      ['bridge_orders_in_doubt', 'gauge'],
      ['bridge_orders_sent_again_total', 'counter'],
      ['bridge_order_warnings_total', 'counter'],
      ['bridge_deliveries', 'gauge'],
      ['bridge_ledger_bytes', 'gauge'],
      ['bridge_erasure_overdue_seconds', 'gauge'],
      ['bridge_attempts_total', 'counter'],
      ['bridge_delivery_seconds', 'histogram'],
      ['bridge_refusals_total', 'counter'],
      ['bridge_gate_closed', 'gauge'],
      ['bridge_events_total', 'counter'],
      ['bridge_events_unreadable_total', 'counter'],
    ])
  })

  it('counts orders by state and attempts by outcome, also after a restart', async () => {
    await postDesign({ product_id: 1 })
    outsideAnswers((_, nth) =>
      nth === 1 ? Response.json({ order: { order_id: 7 } }) : new Response('', { status: 422 }),
    )
    await postOrder(anOrder('order-1'))
    await postOrder(anOrder('order-2'))
    await restartLedger()

    expect(await sampleOf('bridge_orders', { state: 'relayed' })).toBe(1)
    expect(await sampleOf('bridge_orders', { state: 'rejected' })).toBe(1)
    expect(await sampleOf('bridge_orders', { state: 'queued' })).toBe(0)
    expect(await sampleOf('bridge_attempts_total', { destination: 'orders', outcome: 'relayed' })).toBe(1)
    expect(await sampleOf('bridge_attempts_total', { destination: 'orders', outcome: 'rejected' })).toBe(1)
  })

  it('tells the age of the oldest waiting order and that the gate is closed', async () => {
    await postDesign({ product_id: 1 })
    outsideAnswers(() => new Response('', { status: 401 }))
    await postOrder(anOrder())
    passTime(2 * HOUR)

    expect(await sampleOf('bridge_oldest_waiting_seconds')).toBe(7200)
    expect(await sampleOf('bridge_gate_closed', { destination: 'orders' })).toBe(1)
  })

  it('counts refusals by code, known to the ledger after ten seconds', async () => {
    await fetchBridge('/nowhere')
    await fetchBridge('/nowhere')
    passTime(10 * SECOND - 1)
    await fetchBridge('/health')
    expect((await ledger().counters()).refusals).toEqual([])
    passTime(1)
    await fetchBridge('/health')

    expect((await ledger().counters()).refusals).toEqual([{ code: 'not-found', n: 2 }])
    expect(await sampleOf('bridge_refusals_total', { code: 'not-found' })).toBe(2)
  })

  it('includes the refusals that this isolate has not told the ledger yet', async () => {
    await fetchBridge('/metrics')

    expect(await sampleOf('bridge_refusals_total', { code: 'unauthorized' })).toBe(1)
  })

  it('is not for those without the token', async () => {
    expect((await fetchBridge('/metrics')).status).toBe(401)
  })
})

it('writes a label so that it is read back as it was, whatever it holds', () => {
  const topic = 'a"b\\c\nd{e="f"},# HELP'
  const text = prometheusText([
    { name: 'x_total', type: 'counter', help: 'X.', samples: [{ labels: { topic }, value: 1 }] },
  ])

  expect(parsePrometheus(text).x_total?.samples[0]?.labels).toEqual({ topic })
})
