import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  accepted,
  alarmAt,
  anOrder,
  changeSettings,
  fetchAsStore,
  freezeTime,
  HOUR,
  keepLog,
  MINUTE,
  NOW,
  outsideAnswers,
  passTime,
  postDesign,
  postEvent,
  postOrder,
  readOrder,
  restartLedger,
  runAlarm,
  SECOND,
  type Sent,
  sendAsStore,
  startAfresh,
} from '../bridge.ts'
import { inLedger, passTo } from './inside.ts'

beforeEach(async () => {
  freezeTime()
  keepLog()
  await postDesign({ product_id: 1 })
  await postDesign({ product_id: 2 })
})
afterEach(startAfresh)

const ALERT_URL = 'https://alerts.test/'
const refused = () => new Response('', { status: 422 })
const down = () => new Response('', { status: 503 })
const lost = () => new Response('', { status: 504 })
const isOrder = ({ url }: Sent) => url.endsWith('/orders')
const alertsIn = (sent: Sent[]) =>
  sent.flatMap(({ url, body }) => (url === ALERT_URL ? [(body as { kind: string }).kind] : []))

/** The outside: alerts and probes go well, orders are answered by `answer`, the nth order by `nth`. */
function outside(answer: (nth: number) => Response): Sent[] {
  let orders = 0
  return outsideAnswers((request) => {
    if (isOrder(request)) return answer(++orders)
    return request.url === ALERT_URL ? new Response() : Response.json([])
  })
}

const other = (id = 'order-1') => anOrder(id, { products: [{ external_id: 'sc-2', price: 100 }] })
const listed = async (q: string) =>
  (await (await fetchAsStore(`/orders?q=${q}`)).json<{ orders: { external_id: string }[] }>()).orders.map(
    ({ external_id }) => external_id,
  )
const ask = (what: string, body?: unknown) =>
  body === undefined
    ? fetchAsStore(`/orders/order-1/${what}`, { method: 'POST' })
    : sendAsStore('POST', `/orders/order-1/${what}`, body)

describe('an order that is handed in corrected', () => {
  it('leaves its old products: it is found by its new ones, and an event that lists an old one settles nothing', async () => {
    outside((nth) => (nth === 1 ? refused() : lost()))
    await postOrder(anOrder())
    expect(await listed('sc-1')).toEqual(['order-1'])
    expect((await postOrder(other())).status).toBe(202)

    expect(await listed('sc-1')).toEqual([])
    expect(await listed('sc-2')).toEqual(['order-1'])
    const created = (product_id: number) => ({
      order: {
        order_id: 7,
        external_id: 'order-1',
        external_order_number: '#order-1',
        products: [{ product_id }],
      },
    })
    await postEvent(created(1))
    expect(await readOrder()).toMatchObject({ state: 'unconfirmed' })
    await postEvent(created(2))
    expect(await readOrder()).toMatchObject({ state: 'relayed' })
  })

  it('replaces a rejected one, is tried at once, and the old content stays in the history', async () => {
    const sent = outside((nth) => (nth === 1 ? refused() : accepted()))
    await postOrder(anOrder())
    expect((await postOrder(other())).status).toBe(201)

    expect(sent.at(-1)?.body).toMatchObject({ products: [{ external_id: 'sc-2' }] })
    const old = await inLedger(
      ({ sql }) =>
        sql.exec<{ body: string }>("SELECT body FROM history WHERE outcome = 'replaced'").one().body,
    )
    expect(JSON.parse(old)).toMatchObject({ products: [{ external_id: 'sc-1' }] })
  })

  it('replaces one that waits and was never sent, which goes out corrected', async () => {
    const sent = outside((nth) => (nth === 1 ? down() : accepted()))
    await changeSettings({ RELAY_FIRST_RETRY_SECONDS: '3600' })
    await postOrder(anOrder())
    expect(await readOrder()).toMatchObject({ state: 'queued', may_have_arrived: false })
    expect((await postOrder(other())).status).toBe(201)

    expect(sent.filter(isOrder).map(({ body }) => body)).toMatchObject([
      { products: [{ external_id: 'sc-1' }] },
      { products: [{ external_id: 'sc-2' }] },
    ])
  })

  it('waits where the other side asked to wait', async () => {
    outside((nth) =>
      nth === 1 ? new Response('', { status: 429, headers: { 'retry-after': '600' } }) : accepted(),
    )
    await postOrder(anOrder())
    expect((await postOrder(other())).status).toBe(202)
    expect(await readOrder()).toMatchObject({ next_attempt_at: new Date(NOW + 10 * MINUTE).toISOString() })
    await passTo(NOW + 10 * MINUTE)
    expect(await readOrder()).toMatchObject({ state: 'relayed' })
  })

  it.each([
    ['rejected', refused],
    ['queued', down],
    ['unconfirmed', lost],
  ] as const)(
    'replaces nothing that may have arrived: one that is %s after an answer was lost',
    async (state, then) => {
      outside((nth) => (nth === 1 ? lost() : nth === 2 ? then() : accepted()))
      await postOrder(anOrder())
      await ask('retry')
      expect(await readOrder()).toMatchObject({ state, may_have_arrived: true })

      const response = await postOrder(other())
      expect(response.status).toBe(409)
      expect(await response.json()).toMatchObject({
        type: '/problems/order-conflict',
        errors: expect.arrayContaining([expect.objectContaining({ pointer: '/products/0/external_id' })]),
      })
      expect(await listed('sc-2')).toEqual([])
    },
  )

  it.each([
    ['relayed', accepted, []],
    ['failed', down, []],
    ['cancelled', down, ['cancel']],
  ] as const)('replaces none that is %s', async (state, answer, moves) => {
    outside(answer)
    await postOrder(anOrder())
    for (const move of moves) await ask(move)
    if (state === 'failed') {
      passTime(73 * HOUR)
      await runAlarm()
    }
    expect(await readOrder()).toMatchObject({ state })
    expect((await postOrder(other())).status).toBe(409)
  })

  it('with a product that is unknown changes nothing', async () => {
    outside(refused)
    await postOrder(anOrder())
    expect((await postOrder(anOrder('order-1', { products: [{ external_id: 'sc-9' }] }))).status).toBe(422)
    expect(await listed('sc-1')).toEqual(['order-1'])
    expect((await readOrder()).history).toHaveLength(1)
  })
})

describe('an order that is taken in while nothing can be sent', () => {
  it('arms the alarm for the moment when its gate opens', async () => {
    await inLedger(({ channels }) => {
      channels.orders.gate = {
        streak: 1,
        failing: [],
        closed_at: NOW,
        closed_until: NOW + 10 * MINUTE,
        is_ajar: false,
        reason: 'asked-to-wait',
      }
    })
    await restartLedger()
    expect(await alarmAt()).toBeNull()
    expect((await postOrder(anOrder())).status).toBe(202)
    expect(await alarmAt()).toBe(NOW + 10 * MINUTE)
  })
})

describe('a cancelled order', () => {
  beforeEach(() => changeSettings({ ALERT_URL }))

  it('is told of once when it has arrived, however often it is cancelled', async () => {
    const sent = outside(accepted)
    await postOrder(anOrder())
    for (let n = 0; n < 3; n++) expect((await ask('cancel')).status).toBe(409)
    await passTo(NOW + MINUTE)
    expect(alertsIn(sent)).toEqual(['order-cancelled'])
  })

  it('that was cancelled before, and retried, is told of when it has arrived by then', async () => {
    const sent = outside((nth) => (nth === 1 ? down() : accepted()))
    await postOrder(anOrder())
    expect((await ask('cancel')).status).toBe(200)
    await passTo(NOW + HOUR)
    expect(await readOrder()).toMatchObject({ state: 'cancelled' })
    expect((await ask('retry')).status).toBe(202)
    expect(await readOrder()).toMatchObject({ state: 'relayed' })

    expect((await ask('cancel')).status).toBe(409)
    await passTo(NOW + 2 * HOUR)
    expect(alertsIn(sent)).toEqual(['order-cancelled'])
  })

  it('is told of each time that it may have arrived', async () => {
    const sent = outside(lost)
    await postOrder(anOrder())
    expect(await (await ask('cancel')).json()).toMatchObject({ state: 'cancelled', may_have_arrived: true })
    expect((await ask('cancel')).status).toBe(200)
    await ask('retry')
    expect((await ask('cancel')).status).toBe(200)
    await passTo(NOW + MINUTE)
    expect(alertsIn(sent).filter((kind) => kind === 'order-cancelled')).toHaveLength(2)
  })

  it('is relayed after all when its confirmation comes', async () => {
    const sent = outside(lost)
    await postOrder(anOrder())
    await ask('cancel')
    await postEvent({
      order: {
        order_id: 7,
        external_id: 'order-1',
        external_order_number: '#order-1',
        products: [{ product_id: 1 }],
      },
    })
    expect(await readOrder()).toMatchObject({ state: 'relayed', sign_customiser_order_id: 7 })
    await passTo(NOW + MINUTE)
    expect(alertsIn(sent)).toEqual(['order-cancelled', 'order-cancelled'])
  })
})

describe('an order whose event came before it was sent', () => {
  it.each(['first', 'last'])(
    'is settled by it once its answer is lost, where it came %s of several',
    async (place) => {
      const created = (more: Record<string, unknown>) => ({
        order: {
          order_id: 7,
          external_id: 'order-1',
          external_order_number: '#order-1',
          products: [{ product_id: 1 }],
          ...more,
        },
      })
      // Another integration of the organisation may use the same IDs.
      const others = [
        created({ order_id: 8, external_order_number: '#8' }),
        created({ order_id: 9, products: [{ product_id: 2 }] }),
      ]
      outside(lost)
      for (const event of place === 'first' ? [created({}), ...others] : [...others, created({})])
        await postEvent(event)
      await postOrder(anOrder())
      expect(await readOrder()).toMatchObject({ state: 'relayed', sign_customiser_order_id: 7 })
    },
  )
})

describe("an operator's decision", () => {
  it('that an order arrived relays it, with its number, and nothing more is sent', async () => {
    const sent = outside(lost)
    await postOrder(anOrder())
    expect(await (await ask('settle', { arrived: true, sign_customiser_order_id: 12 })).json()).toMatchObject(
      {
        state: 'relayed',
        sign_customiser_order_id: 12,
        next_attempt_at: null,
        history: [{ outcome: 'unconfirmed' }, { outcome: 'arrived', detail: 'By api.' }],
      },
    )
    await passTo(NOW + 80 * HOUR)
    expect(sent.filter(isOrder)).toHaveLength(1)
  })

  it('that it did not sends it, no longer in doubt', async () => {
    const sent = outside((nth) => (nth === 1 ? lost() : accepted()))
    await postOrder(anOrder())
    expect(await (await ask('settle', { arrived: false })).json()).toMatchObject({
      state: 'queued',
      may_have_arrived: false,
    })
    await passTo(NOW + SECOND)
    expect(await readOrder()).toMatchObject({ state: 'relayed', may_have_arrived: false })
    expect(sent.filter(isOrder)).toHaveLength(2)
  })

  it.each([
    ['relayed', accepted],
    ['queued', down],
  ] as const)('is not asked for where an order is %s', async (_, answer) => {
    outside(answer)
    await postOrder(anOrder())
    for (const arrived of [true, false]) expect((await ask('settle', { arrived })).status).toBe(409)
  })
})

describe('an order that is erased at a customer’s wish', () => {
  it('loses its content, its words and those of its events, and keeps what became of it', async () => {
    outside(() => Response.json({ order: { order_id: 77 } }))
    await postOrder(anOrder('order-1', { customer: { first_name: 'Canary' } }))
    await postEvent({
      order: {
        order_id: 77,
        external_id: 'order-1',
        external_order_number: '#order-1',
        products: [{ product_id: 1 }],
        customer: { first_name: 'Canary' },
      },
    })
    expect((await ask('erase')).status).toBe(200)

    expect(await readOrder()).toMatchObject({ state: 'relayed', sign_customiser_order_id: 77 })
    const left = await inLedger(({ sql }) =>
      ['deliveries', 'history', 'events'].map((table) =>
        JSON.stringify(sql.exec(`SELECT * FROM ${table}`).toArray()),
      ),
    )
    expect(left.join()).not.toContain('Canary')
  })

  it.each([
    ['queued', down],
    ['unconfirmed', lost],
  ] as const)('is not erased while it is %s', async (state, answer) => {
    outside(answer)
    await postOrder(anOrder())
    expect((await ask('erase')).status).toBe(409)
    expect(await readOrder()).toMatchObject({ state })
    await passTo(NOW + HOUR)
    expect((await ask('cancel')).status).toBe(200)
    expect((await ask('erase')).status).toBe(200)
    expect((await ask('retry')).status).toBe(409)
  })
})
