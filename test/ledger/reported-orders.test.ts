import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  accepted,
  fetchAsStore,
  freezeTime,
  outsideAnswers,
  readOrder,
  runAlarm,
  type Sent,
  startAfresh,
} from '../bridge.ts'
import {
  alertsOn,
  issue,
  listAlerts,
  listEvents,
  ORDER,
  orderEvent,
  report,
  SIGN,
} from '../shopline/shopline.ts'

beforeEach(freezeTime)
beforeEach(alertsOn)
afterEach(startAfresh)

const TOPICS = 'order/create order/update order_payment/complete order/split_order'
const paid = { order_payment: { status: 'completed' } }
const ordersIn = (sent: Sent[]) => sent.filter(({ url }) => url.includes('/api/v2/orders'))
const outcomes = async () => (await readOrder(ORDER)).history.map(({ outcome }) => outcome)
const update = (resource: Parameters<typeof orderEvent>[0] = {}, trace_id = crypto.randomUUID()) =>
  report(orderEvent(resource, { topic: 'order/update', trace_id }), {
    settings: { SHOPLINE_ORDER_TOPICS: TOPICS },
  })

describe('an order that is reported more than once', () => {
  it('is relayed once, whatever the topic and the trace', async () => {
    await issue(SIGN)
    const sent = outsideAnswers()

    expect(await report(orderEvent())).toBe('accepted')
    expect(await report(orderEvent({}, { trace_id: 'another' }))).toBe('seen')
    await runAlarm()
    expect(await update({ status: 'confirmed' })).toBe('seen')
    await runAlarm()

    expect(ordersIn(sent)).toHaveLength(1)
    expect(await outcomes()).toEqual(['relayed'])
  })

  it('keeps a change in its history, each change once', async () => {
    await issue(SIGN)
    const sent = outsideAnswers()
    await report(orderEvent())
    await runAlarm()

    expect(await update({ customer_name: 'Someone Else' })).toBe('changed')
    expect(await update({ customer_name: 'Someone Else', status: 'confirmed' })).toBe('seen')
    expect(await update({ subtotal_items: [{ item_id: 'no-sign' }] })).toBe('changed')
    await runAlarm()

    expect(ordersIn(sent)).toHaveLength(1)
    expect(await outcomes()).toEqual(['relayed', 'changed', 'changed'])
  })

  it('does not count a change of lines that are no signs', async () => {
    await issue(SIGN)
    await report(orderEvent({ subtotal_items: [{ item_id: SIGN }] }))

    expect(await update({ subtotal_items: [{ item_id: 'mug' }, { item_id: SIGN }] })).toBe('seen')
  })

  it('is tried again as it is now when Sign Customiser had rejected it', async () => {
    await issue(SIGN)
    const sent = outsideAnswers((_, nth) => (nth === 1 ? new Response('{}', { status: 422 }) : accepted()))
    await report(orderEvent())
    await runAlarm()

    expect(await update()).toBe('seen')
    expect(await update({ customer_name: 'Corrected' })).toBe('accepted')
    await runAlarm()

    expect(ordersIn(sent)).toHaveLength(2)
    expect(await readOrder(ORDER)).toMatchObject({ state: 'relayed' })
  })
})

describe('an order that is not to be relayed yet', () => {
  it('is relayed by a later report, temporary at first', async () => {
    await issue(SIGN)
    const sent = outsideAnswers()

    expect(await report(orderEvent({ status: 'temp' }))).toBe('waiting')
    expect(await update()).toBe('accepted')
    await runAlarm()

    expect(ordersIn(sent)).toHaveLength(1)
  })

  it('is relayed when it was paid, where the setting says so', async () => {
    await issue(SIGN)
    const settings = { SHOPLINE_RELAY_WHEN: 'paid', SHOPLINE_ORDER_TOPICS: TOPICS }

    expect(await report(orderEvent(), { settings })).toBe('waiting')
    const complete = orderEvent(paid, { topic: 'order_payment/complete' })
    expect(await report(complete, { settings })).toBe('accepted')
  })

  it('says in its event when it holds no sign', async () => {
    expect(await report(orderEvent())).toBe('no-signs')
    expect(await listEvents()).toMatchObject([{ topic: 'order/create', note: 'no-signs' }])
  })
})

describe('a cancelled order', () => {
  const cancelled = (more = {}) => update({ status: 'cancelled', ...more })

  it('is an alert once, when it had been relayed', async () => {
    await issue(SIGN)
    outsideAnswers()
    await report(orderEvent())
    await runAlarm()

    expect(await cancelled()).toBe('cancelled')
    expect(await cancelled({ customer_name: 'Someone Else' })).toBe('cancelled')

    expect(await listAlerts()).toMatchObject([{ kind: 'order-cancelled', external_id: ORDER }])
    expect(await readOrder(ORDER)).toMatchObject({ state: 'relayed' })
    expect(await outcomes()).toEqual(['relayed', 'cancelled'])
  })

  it('is never sent when it was still waiting, and raises no alert', async () => {
    await issue(SIGN)
    const sent = outsideAnswers()
    await report(orderEvent())

    await report(orderEvent({}, { topic: 'order/cancel' }))
    await runAlarm()

    expect(ordersIn(sent)).toEqual([])
    expect(await readOrder(ORDER)).toMatchObject({ state: 'cancelled', may_have_arrived: false })
    expect(await listAlerts()).toEqual([])
  })

  it('is an alert when its answer was lost, and is not sent again', async () => {
    await issue(SIGN)
    const sent = outsideAnswers(() => new Response('', { status: 504 }))
    await report(orderEvent())
    await runAlarm()

    await cancelled()
    await runAlarm()

    expect(ordersIn(sent)).toHaveLength(1)
    expect(await listAlerts()).toMatchObject([{ kind: 'order-cancelled' }])
  })

  it('is not relayed when the news of it came first', async () => {
    await issue(SIGN)
    const sent = outsideAnswers()

    await cancelled({ updated_at: '2030-01-01T13:00:00Z' })
    expect(await report(orderEvent())).toBe('cancelled')
    await runAlarm()

    expect(ordersIn(sent)).toEqual([])
  })

  it.each([
    ['known', true],
    ['unknown until then', false],
  ])('is relayed after all when a newer report revives it: %s', async (_, isKnown) => {
    await issue(SIGN)
    const sent = outsideAnswers()
    if (isKnown) await report(orderEvent())

    await cancelled({ updated_at: '2030-01-01T13:00:00Z' })
    expect(await update({ updated_at: '2030-01-01T13:00:00Z' })).toBe('cancelled')
    expect(await update({ updated_at: '2030-01-01T14:00:00Z' })).toBe('accepted')
    await runAlarm()

    expect(ordersIn(sent)).toHaveLength(1)
  })
})

describe('what is reported late', () => {
  const at = (updated_at: string, more: Parameters<typeof orderEvent>[0] = {}) =>
    update({ updated_at, ...more })

  it('does not take back what was corrected', async () => {
    await issue(SIGN)
    const sent = outsideAnswers((_, nth) => (nth === 1 ? new Response('{}', { status: 422 }) : accepted()))
    await at('2030-01-02T00:00:00Z')
    await runAlarm()

    expect(await at('2030-01-03T00:00:00Z', { customer_name: 'Corrected' })).toBe('accepted')
    expect(await at('2030-01-02T12:00:00Z', { customer_name: 'In between' })).toBe('outdated')
    await runAlarm()

    expect(ordersIn(sent).at(-1)?.body).toMatchObject({ customer: { first_name: 'Corrected' } })
  })

  it('does not cancel an order that was revived since', async () => {
    await issue(SIGN)
    const sent = outsideAnswers()
    await at('2030-01-01T00:00:00Z')
    expect(await at('2030-01-02T00:00:00Z', { status: 'cancelled' })).toBe('cancelled')
    expect(await at('2030-01-03T00:00:00Z')).toBe('accepted')

    expect(await at('2030-01-02T00:00:00Z', { status: 'cancelled' })).toBe('outdated')
    await runAlarm()

    expect(ordersIn(sent)).toHaveLength(1)
    expect(await readOrder(ORDER)).toMatchObject({ state: 'relayed' })
    expect(await listAlerts()).toEqual([])
  })

  it.each([
    ['before the order was last changed', '1893585600123456789', 'outdated', 'queued'],
    ['after it', '1893758400123456789', 'cancelled', 'cancelled'],
    ['at no time that can be read', '1893585600.123', 'cancelled', 'cancelled'],
  ])(
    'is told by the event where a cancellation merely points to its order: %s',
    async (_, ts, note, state) => {
      await issue(SIGN)
      await at('2030-01-03T00:00:00Z')

      expect(await report({ topic: 'order/cancel', ts, resource: { _id: ORDER } })).toBe(note)
      expect(await readOrder(ORDER)).toMatchObject({ state })
    },
  )

  it('is not fetched when the order was acted on as it is now', async () => {
    await issue(SIGN)
    const sent = outsideAnswers()
    await at('2030-01-03T00:00:00Z')
    const thin = (updated_at: string) =>
      report({ topic: 'order/create', resource: { id: ORDER, updated_at } })

    expect(await thin('2030-01-02T00:00:00Z')).toBe('seen')
    expect(await thin('2030-01-03T00:00:00Z')).toBe('seen')
    expect(await thin('2030-01-04T00:00:00Z')).toBe('fetching')
    await runAlarm()

    expect(sent.filter(({ url }) => url.includes('shopline'))).toHaveLength(1)
  })
})

describe('an event in which no order can be found', () => {
  const lost = (n: number, topic = 'order/create') =>
    report({ topic, trace_id: `${n}`, resource: { total: n } })

  it('is noted, counted, and an alert until one can be read again', async () => {
    expect(await lost(1)).toBe('unreadable')
    expect(await lost(2)).toBe('unreadable')
    expect(await lost(2)).toBe('unreadable')
    expect(await lost(3, 'order/cancel')).toBe('unreadable')
    expect(await listAlerts()).toMatchObject([
      { kind: 'event-unreadable', text: expect.stringContaining('order/create') },
      { kind: 'event-unreadable', text: expect.stringContaining('order/cancel') },
    ])

    await report(orderEvent())
    await lost(4)
    expect(await listAlerts()).toHaveLength(3)
    const metrics = await (await fetchAsStore('/metrics')).text()
    expect(metrics).toContain('bridge_events_unreadable_total{topic="order/create"} 3')
    expect(metrics).toContain('bridge_events_unreadable_total{topic="order/cancel"} 1')
  })

  it('is nothing to tell of where its topic is not read as orders', async () => {
    expect(await lost(1, 'user/update')).toBeUndefined()
    expect(await listAlerts()).toEqual([])
  })
})

describe('an order that was split from another or combined with it', () => {
  const child = (more = {}) => update({ id: 'child', order_number: '2', parent_order_id: ORDER, ...more })

  it('is not relayed when its signs were, and is an alert once', async () => {
    await issue(SIGN)
    const sent = outsideAnswers()
    await report(orderEvent())
    await runAlarm()

    expect(await child()).toBe('shared')
    expect(await child({ customer_name: 'Someone Else' })).toBe('shared')
    await runAlarm()

    expect(ordersIn(sent)).toHaveLength(1)
    expect(await listAlerts()).toMatchObject([{ kind: 'order-split', external_id: 'child' }])
  })

  it('is found from the other side, when the parts came first', async () => {
    await issue(SIGN)
    expect(await child()).toBe('accepted')

    expect(await report(orderEvent())).toBe('shared')
  })

  it('is found when the combined order names its parts', async () => {
    await issue(SIGN)
    await report(orderEvent())

    const combined = { id: 'combined', child_order_ids: [ORDER, 'other'] }
    expect(await update(combined)).toBe('shared')
  })

  it('is relayed with the signs that were not', async () => {
    await issue(SIGN, 'another-sign')
    const sent = outsideAnswers()
    await report(orderEvent())
    await runAlarm()

    expect(await child({ subtotal_items: [{ item_id: SIGN }, { item_id: 'another-sign' }] })).toBe('accepted')
    await runAlarm()

    expect(
      ordersIn(sent).find(({ body }) => (body as { external_id?: string })?.external_id === 'child')?.body,
    ).toMatchObject({
      products: [{ external_id: 'another-sign', quantity: 1 }],
    })
    expect(await listAlerts()).toHaveLength(1)
  })

  it('is relayed when the other was rejected for good', async () => {
    await issue(SIGN)
    outsideAnswers(() => new Response('{}', { status: 422 }))
    await report(orderEvent())
    await runAlarm()

    expect(await child()).toBe('accepted')
  })

  it('is no hindrance to a second order for the same sign', async () => {
    await issue(SIGN)
    await report(orderEvent())

    expect(await update({ id: 'second', order_number: '2' })).toBe('accepted')
  })
})
