import { runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  accepted,
  freezeTime,
  ledger,
  outsideAnswers,
  passTime,
  readOrder,
  restartLedger,
  runAlarm,
  SECOND,
  type Sent,
  startAfresh,
} from '../bridge.ts'
import envelope from '../payloads/shopline/order-create.json'
import { issue, listEvents, ORDER, orderEvent, report, SIGN } from './shopline.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

const pointer = { topic: 'order/create', resource: { _id: ORDER } }
const isFetch = ({ url }: Sent) => url.startsWith('https://shopline.test')

/** SHOPLINE gives `answers` one after the other, the last one ever after; Sign Customiser takes every order. */
function shoplineAnswers(...answers: [() => Response, ...(() => Response)[]]): Sent[] {
  let fetched = 0
  return outsideAnswers((sent) => {
    if (!isFetch(sent)) return accepted()
    const answer = answers[Math.min(fetched++, answers.length - 1)] ?? answers[0]
    return answer()
  })
}

const order = (more = {}) => Response.json({ ...envelope.resource, ...more })

const fetches = () =>
  runInDurableObject(ledger(), (_, { storage }) =>
    storage.sql
      .exec<{ state: string; last_error: string | null }>(
        "SELECT state, last_error FROM deliveries WHERE destination = 'shopline' ORDER BY seq",
      )
      .toArray(),
  )

describe('an order that an event merely points to', () => {
  it('is fetched as the Open API wants it, after the answer, and relayed', async () => {
    await issue(SIGN)
    const sent = shoplineAnswers(() => order())

    expect(await report(pointer)).toBe('fetching')
    expect(sent).toEqual([])
    await runAlarm()
    await runAlarm()

    expect(sent[0]).toMatchObject({
      url: `https://shopline.test/v1/orders/${ORDER}`,
      headers: { authorization: 'Bearer access-token', 'user-agent': 'our-shop', accept: 'application/json' },
    })
    expect(sent[1]?.body).toMatchObject({ external_id: ORDER, products: [{ external_id: SIGN }] })
    expect(await readOrder(ORDER)).toMatchObject({ state: 'relayed', source: 'shopline' })
    expect(await listEvents()).toMatchObject([{ topic: 'order/create', note: 'accepted' }])
  })

  it('may be wrapped in item', async () => {
    await issue(SIGN)
    shoplineAnswers(() => Response.json({ item: envelope.resource }))
    await report(pointer)
    await runAlarm()

    expect(await readOrder(ORDER)).toMatchObject({ source: 'shopline' })
  })

  it.each([
    ['401', () => new Response('', { status: 401 })],
    ['403', () => new Response('', { status: 403 })],
    ['429', () => new Response('{}', { status: 429, headers: { 'retry-after': '30' } })],
    ['503', () => new Response('', { status: 503 })],
    ['500', () => new Response('', { status: 500 })],
    ['a page instead of an order', () => new Response('<html>')],
    ['a broken connection', () => Promise.reject(new Error('reset')) as never],
  ])('is fetched again after %s, over a restart', async (_, failure) => {
    await issue(SIGN)
    shoplineAnswers(failure, () => order())
    await report(pointer)
    await runAlarm()
    expect(await fetches()).toMatchObject([{ state: 'queued' }])
    await restartLedger()

    passTime(600 * SECOND)
    await runAlarm()

    expect(await fetches()).toMatchObject([{ state: 'relayed' }])
    expect(await readOrder(ORDER)).toMatchObject({ source: 'shopline' })
  })

  it.each([
    [404, 'SHOPLINE has no order of this ID, so nothing can be relayed.'],
    [410, expect.stringContaining('archived')],
    [302, ''],
  ])('is not asked for again after %i', async (status, words) => {
    const sent = shoplineAnswers(() => new Response(null, { status }))
    await report(pointer)
    await runAlarm()
    passTime(3600 * SECOND)
    await runAlarm()

    expect(sent.filter(isFetch)).toHaveLength(1)
    expect(await fetches()).toEqual([{ state: 'rejected', last_error: words }])
  })

  it('is fetched once while that is still to be done, and anew for a later event', async () => {
    await issue(SIGN)
    const sent = shoplineAnswers(
      () => order({ status: 'temp' }),
      () => order(),
    )
    await report(pointer)
    await report({ ...pointer, trace_id: '2' })
    await runAlarm()
    expect(sent.filter(isFetch)).toHaveLength(1)
    expect(await listEvents()).toMatchObject([{ note: 'fetching' }, { note: 'waiting' }])

    await report(pointer)
    await runAlarm()
    expect(sent.filter(isFetch), 'a repeat fetches nothing').toHaveLength(1)
    await report({ ...pointer, trace_id: '3' })
    await runAlarm()
    expect(sent.filter(isFetch), 'ten seconds have not gone by').toHaveLength(1)
    passTime(10 * SECOND)
    await runAlarm()

    expect(sent.filter(isFetch)).toHaveLength(2)
    expect(await readOrder(ORDER)).toMatchObject({ source: 'shopline' })
  })

  it('is not acted on when a newer report came while it was fetched', async () => {
    await issue(SIGN)
    shoplineAnswers(() => order({ updated_at: '2030-01-02T00:00:00Z', customer_name: 'Older' }))
    await report(pointer)
    const newer = { updated_at: '2030-01-03T00:00:00Z' }
    expect(await report(orderEvent(newer))).toBe('accepted')
    await runAlarm()

    expect((await listEvents()).map(({ note }) => note)).toEqual(['accepted', 'outdated'])
  })

  it('holds no sign when it has no lines in SHOPLINE either', async () => {
    const sent = shoplineAnswers(() => order({ subtotal_items: [] }))
    await report(pointer)
    await runAlarm()
    await runAlarm()

    expect(sent).toHaveLength(1)
    expect(await listEvents()).toMatchObject([{ note: 'no-signs' }])
  })

  it('is fetched for a payment by the order that the payment names', async () => {
    const sent = shoplineAnswers(() => order())
    const payment = { id: 'payment', order_id: ORDER, status: 'completed' }
    await report(
      { topic: 'order_payment/complete', resource: payment },
      { settings: { SHOPLINE_ORDER_TOPICS: 'order_payment/complete', SHOPLINE_RELAY_WHEN: 'paid' } },
    )
    await runAlarm()

    expect(sent[0]?.url).toBe(`https://shopline.test/v1/orders/${ORDER}`)
  })

  it('can not lead the request elsewhere by its ID', async () => {
    const sent = shoplineAnswers(() => order())
    for (const id of ['..', '../products?x=#']) await report({ topic: 'order/create', resource: { id } })
    await runAlarm()

    expect(sent).toEqual([])
  })
})
