import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  accepted,
  anOrder,
  changeSettings,
  fetchAsStore,
  fetchBridge,
  freezeTime,
  HOUR,
  ledger,
  MINUTE,
  NOW,
  outsideAnswers,
  passTime,
  postDesign,
  postEvent,
  postOrder,
  runAlarm,
  type Sent,
  startAfresh,
} from '../bridge.ts'
import { basic } from '../console/operator.ts'

const ALERT_URL = 'https://chat.test/hook'
const EVENTS_URL = 'https://store.test/hook'

beforeEach(async () => {
  freezeTime()
  await changeSettings({ ALERT_URL })
  await postDesign({ product_id: 1 })
})
afterEach(startAfresh)

interface Alert {
  kind: string
  text: string
  destination?: string
  external_id?: string
}

/** The chat takes every alert; all else is answered as `answer` says. */
const outside = (answer: (sent: Sent) => Response) =>
  outsideAnswers((sent) => (sent.url === ALERT_URL ? new Response('ok') : answer(sent)))
const alerts = (sent: Sent[]) => sent.filter(({ url }) => url === ALERT_URL).map(({ body }) => body as Alert)
const kinds = (sent: Sent[]) => alerts(sent).map(({ kind, destination }) => [kind, destination])
const down = () => new Response('', { status: 503 })

/** What an alarm finds at its end is sent by the next one. */
async function pass(ms: number): Promise<void> {
  passTime(ms)
  for (let runs = 0; runs < 3; runs++) await runAlarm()
}

describe('the operator is told', () => {
  it('of a rejected order, once, without a word of the order or of the other side', async () => {
    const sent = outside(() => Response.json({ message: 'Jane Doe is unknown' }, { status: 422 }))
    await postOrder(anOrder('order-1', { customer: { first_name: 'Jane' } }))
    await pass(HOUR)

    expect(alerts(sent)).toEqual([
      {
        text: 'Sign Customiser rejected order #order-1 (order-1): it is not tried again until it was corrected. https://bridge.test/console/orders/order-1',
        content:
          'Sign Customiser rejected order #order-1 (order-1): it is not tried again until it was corrected. https://bridge.test/console/orders/order-1',
        external_order_number: '#order-1',
        kind: 'order-rejected',
        at: new Date(NOW).toISOString(),
        external_id: 'order-1',
        url: 'https://bridge.test/console/orders/order-1',
      },
    ])
  })

  it('of an order that was given up', async () => {
    const sent = outside(down)
    await postOrder(anOrder())
    await pass(73 * HOUR)

    expect(alerts(sent)).toMatchObject([{ kind: 'order-failed', external_id: 'order-1' }])
  })

  it('of a refused token once, however long it lasts, and when it works again', async () => {
    let isRefused = true
    const sent = outside(() => (isRefused ? new Response('', { status: 401 }) : accepted()))
    await postOrder(anOrder('a'))
    await postOrder(anOrder('b'))
    for (let i = 0; i < 10; i++) await pass(5 * MINUTE)
    expect(kinds(sent)).toEqual([['token-refused', 'orders']])

    isRefused = false
    await pass(5 * MINUTE)
    expect(kinds(sent)).toEqual([
      ['token-refused', 'orders'],
      ['recovered', 'orders'],
    ])
  })

  it('of an outage once, of a second outage again', async () => {
    let isDown = true
    const sent = outside(() => (isDown ? down() : accepted()))
    for (let n = 0; n < 8; n++) await postOrder(anOrder(`order-${n}`))
    for (let i = 0; i < 5; i++) await pass(5 * MINUTE)
    expect(kinds(sent)).toEqual([['gate-closed', 'orders']])

    isDown = false
    await pass(5 * MINUTE)
    isDown = true
    await pass(HOUR)
    for (let n = 0; n < 8; n++) await postOrder(anOrder(`later-${n}`))
    await pass(5 * MINUTE)
    expect(kinds(sent).map(([kind]) => kind)).toEqual(['gate-closed', 'recovered', 'gate-closed'])
  })

  it('of an outage that turns out to be a refused token, but not of its turning back', async () => {
    let status = 503
    const sent = outside(() => new Response('', { status }))
    for (let n = 0; n < 8; n++) await postOrder(anOrder(`order-${n}`))
    for (const next of [401, 503, 401, 503]) {
      status = next
      await pass(10 * MINUTE)
    }
    expect(kinds(sent).map(([kind]) => kind)).toEqual(['gate-closed', 'token-refused'])
  })

  it('of no pause that was asked for, nor of its end', async () => {
    let isBusy = true
    const sent = outside(() =>
      isBusy ? new Response('', { status: 429, headers: { 'retry-after': '60' } }) : accepted(),
    )
    await postOrder(anOrder())
    isBusy = false
    await pass(2 * MINUTE)

    expect(await (await fetchAsStore('/orders/order-1')).json()).toMatchObject({ state: 'relayed' })
    expect(alerts(sent)).toEqual([])
  })

  it('of an events endpoint that is gone', async () => {
    await changeSettings({ EVENTS_URL })
    const sent = outside(() => new Response('', { status: 410 }))
    for (const order_id of [1, 2, 3]) await postEvent({ order: { order_id } })
    for (let i = 0; i < 5; i++) await pass(HOUR)

    expect(kinds(sent)).toEqual([['destination-given-up', 'events']])
  })

  it('of an events endpoint that is given up, once for all that waited', async () => {
    await changeSettings({ EVENTS_URL })
    const sent = outside(down)
    for (let order_id = 1; order_id < 10; order_id++) {
      await postEvent({ order: { order_id } })
      await pass(5 * MINUTE)
    }
    for (let day = 0; day < 4; day++) await pass(24 * HOUR)

    expect(kinds(sent)).toEqual([
      ['gate-closed', 'events'],
      ['destination-given-up', 'events'],
    ])
  })

  it('of an event that is given up though others arrive', async () => {
    await changeSettings({ EVENTS_URL })
    const sent = outsideAnswers(({ url, body }) =>
      url !== ALERT_URL && (body as { type: string }).type.includes('form') ? down() : new Response('ok'),
    )
    await postEvent({ form_submission: { submission_number: 1 } })
    for (let order_id = 1; order_id < 30; order_id++) {
      await postEvent({ order: { order_id } })
      await pass(6 * HOUR)
    }
    expect(kinds(sent)).toEqual([['destination-given-up', 'events']])
  })

  it('of a hundred passwords refused within an hour, once in each', async () => {
    const sent = outside(accepted)
    await ledger().countRefusals({ 'wrong-password': 98, unauthorized: 500 })
    await pass(59 * MINUTE)
    // One more by way of the console, where the metrics have the isolate tell what it has counted.
    await fetchBridge('/console', { headers: { authorization: basic('wrong') } })
    await fetchAsStore('/metrics')
    await pass(0)
    expect(kinds(sent)).toEqual([])
    await ledger().countRefusals({ 'wrong-password': 1 })
    await ledger().countRefusals({ 'wrong-password': 200 })
    await pass(0)
    expect(kinds(sent)).toEqual([['password-guessed-at', undefined]])

    await pass(MINUTE)
    await ledger().countRefusals({ 'wrong-password': 99 })
    await pass(0)
    expect(kinds(sent)).toHaveLength(1)
    await ledger().countRefusals({ 'wrong-password': 1 })
    await pass(0)
    expect(kinds(sent)).toHaveLength(2)
  })

  it('of nothing that happens to alerts', async () => {
    const sent = outsideAnswers(() => new Response('', { status: 422 }))
    for (let n = 0; n < 8; n++) await postOrder(anOrder(`order-${n}`))
    for (let day = 0; day < 5; day++) await pass(24 * HOUR)

    expect(new Set(alerts(sent).map(({ kind }) => kind))).toEqual(new Set(['order-rejected']))
  })
})

it('leaves the link out where the bridge does not know its address', async () => {
  await changeSettings({ BRIDGE_URL: '' })
  const sent = outside(() => new Response('', { status: 422 }))
  await postOrder(anOrder())
  await pass(0)

  expect(alerts(sent)[0]).not.toHaveProperty('url')
  expect(alerts(sent)[0]?.text).not.toContain('http')
})
