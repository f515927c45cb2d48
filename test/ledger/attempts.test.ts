import { runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Attempts } from '../../src/ledger/attempts.ts'
import type { Destination } from '../../src/ledger/delivery.ts'
import { newOrder } from '../../src/ledger/new-order.ts'
import { FIRST_FORWARDED } from '../../src/ledger/schema.ts'
import {
  accepted,
  alarmAt,
  anOrder,
  changeSettings,
  fetchAsStore,
  freezeTime,
  HOUR,
  keepLog,
  ledger,
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
  skipWaiting,
  startAfresh,
} from '../bridge.ts'
import { inLedger, passTo, putRow } from './inside.ts'

beforeEach(async () => {
  freezeTime()
  keepLog()
  await postDesign({ product_id: 1 })
})
afterEach(startAfresh)

const ALERT_URL = 'https://alerts.test/'
const down = () => new Response('down', { status: 503 })
const lost = () => new Response('', { status: 504 })
const ownLimit = () => Promise.reject(new Error('Too many subrequests by single Worker invocation.'))

/** An outside that takes orders and answers none before it is told how. Alerts it answers at once. */
function holdAnswers() {
  let answerNow: (answer: () => Response | Promise<Response>) => void = () => {}
  const told = new Promise<() => Response | Promise<Response>>((resolve) => {
    answerNow = resolve
  })
  const sent = outsideAnswers(async ({ url }) => (url === ALERT_URL ? new Response() : (await told)()))
  const isSent = async () => {
    while (sent.length === 0) await readOrder()
  }
  return { sent, isSent, answerNow }
}

/** Waits for the attempt at the order to end. `vi.waitFor` would move the clock on. */
async function ended(): Promise<void> {
  while ((await readOrder()).state === 'sending');
}

const cancelOrder = () => fetchAsStore('/orders/order-1/cancel', { method: 'POST' })
const created = {
  order: {
    order_id: 77,
    external_id: 'order-1',
    external_order_number: '#order-1',
    products: [{ product_id: 1 }],
  },
}
const alertsIn = (sent: Sent[]) =>
  sent.flatMap(({ url, body }) => (url === ALERT_URL ? [(body as { kind: string; text: string }).text] : []))
const columnOf = (column: string) =>
  inLedger(
    ({ sql }) => sql.exec(`SELECT ${column} FROM deliveries WHERE external_id = 'order-1'`).one()[column],
  )

describe('before an attempt leaves', () => {
  it.each(['inline', 'by the alarm'])(
    'its lease and the alarm that ends it are set, 2 s after the time-out: %s',
    async (how) => {
      const seen: unknown[] = []
      let isDown = how === 'by the alarm'
      outsideAnswers(async () => {
        if (isDown) return down()
        seen.push(await alarmAt(), await columnOf('state'), await columnOf('next_attempt_at'))
        return accepted()
      })
      await postOrder(anOrder())
      isDown = false
      if (how === 'by the alarm') await passTo(NOW + MINUTE)

      const end = seen[2] as number
      expect(seen).toEqual([end, 'sending', end])
      const { history } = await readOrder()
      expect(end - Date.parse(`${history.at(-1)?.at}`)).toBe(12 * SECOND)
    },
  )

  it('nothing is sent whose alarm could not be set: it is taken back and made again after the first step', async () => {
    const sent = outsideAnswers()
    await runInDurableObject(ledger(), (_, { storage }) => {
      vi.spyOn(storage, 'setAlarm').mockRejectedValueOnce(new Error('no alarm'))
    })
    expect((await postOrder(anOrder())).status).toBe(503)
    expect(sent).toEqual([])
    expect(await readOrder()).toMatchObject({ state: 'queued', attempts: 0, may_have_arrived: false })

    await ledger().sweep()
    await passTo(NOW + MINUTE)
    expect(await readOrder()).toMatchObject({ state: 'relayed', attempts: 1 })
    expect(sent).toHaveLength(1)
  })
})

describe('an attempt under way', () => {
  it('is left alone by sweeps and alarms, even past its lease', async () => {
    const { sent, isSent, answerNow } = holdAnswers()
    const response = postOrder(anOrder())
    await isSent()
    for (const later of [0, 12 * SECOND, MINUTE]) {
      passTime(later)
      await ledger().sweep()
      await runAlarm()
      expect(await readOrder()).toMatchObject({ state: 'sending', attempts: 1 })
    }
    answerNow(accepted)
    await response

    expect(await readOrder()).toMatchObject({ state: 'relayed', attempts: 1, may_have_arrived: false })
    expect(sent).toHaveLength(1)
  })

  it('shows no next attempt: its lease is no plan to try again', async () => {
    const { isSent, answerNow } = holdAnswers()
    const response = postOrder(anOrder())
    await isSent()
    expect(await readOrder()).toMatchObject({ state: 'sending', next_attempt_at: null })
    const { orders } = await (await fetchAsStore('/orders')).json<{ orders: unknown[] }>()
    expect(orders).toMatchObject([{ state: 'sending', next_attempt_at: null }])
    answerNow(accepted)
    await response
  })

  it('is not doubled by a retry by hand', async () => {
    const { sent, isSent, answerNow } = holdAnswers()
    const response = postOrder(anOrder())
    await isSent()
    const retried = await fetchAsStore('/orders/order-1/retry', { method: 'POST' })
    expect(retried.status).toBe(409)
    expect(await retried.json()).toMatchObject({ type: '/problems/not-retryable' })
    answerNow(accepted)
    await response

    expect(sent).toHaveLength(1)
    expect(await readOrder()).toMatchObject({ state: 'relayed', attempts: 1 })
  })

  it('ends at RELAY_TIMEOUT_SECONDS, with the answer lost', async () => {
    vi.spyOn(globalThis, 'fetch').mockImplementation(
      (_, init) =>
        new Promise((_, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))
        }),
    )
    const waits = skipWaiting()
    await postOrder(anOrder())
    vi.mocked(setTimeout).mockRestore()

    await ended()
    expect(await readOrder()).toMatchObject({
      state: 'unconfirmed',
      last_error: 'No answer came in time.',
      may_have_arrived: true,
    })
    expect(waits).toContain(10 * SECOND)
  })
})

describe('an attempt that ends when nobody waits for it any more', () => {
  it('arms the alarm for what comes next', async () => {
    await changeSettings({ RELAY_FIRST_RETRY_SECONDS: '1' })
    const { isSent, answerNow } = holdAnswers()
    const order = await newOrder(
      {
        external_id: 'order-1',
        external_order_number: '#1',
        content: { products: [{ external_id: 'sc-1' }] },
        lines: [{ external_id: 'sc-1', price: null }],
        warnings: [],
      },
      'store',
    )
    const submitted = await ledger().submit(order, 0)
    expect(submitted).toMatchObject({ order: { state: 'sending' } })
    await isSent()
    expect(await alarmAt()).toBe(NOW + 12 * SECOND)
    answerNow(down)
    await ended()

    expect(await alarmAt()).toBe(await columnOf('next_attempt_at'))
    expect(await alarmAt()).toBeLessThanOrEqual(NOW + SECOND)
  })
})

describe('an attempt that never left', () => {
  it('does not count, and is made again after the first step', async () => {
    const sent = outsideAnswers((_, nth) => (nth <= 5 ? ownLimit() : accepted()))
    expect((await postOrder(anOrder())).status).toBe(202)
    expect(await readOrder()).toMatchObject({
      state: 'queued',
      attempts: 0,
      may_have_arrived: false,
      next_attempt_at: new Date(NOW + MINUTE).toISOString(),
      history: [{ outcome: 'fault', detail: 'The bridge could not send.' }],
    })
    expect(await alarmAt()).toBeLessThanOrEqual(NOW + MINUTE)

    // It says nothing of the other side either.
    await passTo(NOW + 6 * MINUTE)
    expect(await readOrder()).toMatchObject({ state: 'relayed', attempts: 1 })
    expect(sent.every(({ url }) => url.endsWith('/orders'))).toBe(true)
  })

  it('leaves alone what was settled meanwhile', async () => {
    const { isSent, answerNow } = holdAnswers()
    const response = postOrder(anOrder())
    await isSent()
    await postEvent(created)
    answerNow(ownLimit)
    await response

    expect(await readOrder()).toMatchObject({ state: 'relayed', attempts: 1, sign_customiser_order_id: 77 })
    await passTo(NOW + HOUR)
    expect(await readOrder()).toMatchObject({ state: 'relayed', attempts: 1 })
  })
})

describe('an order that is cancelled while it is sent', () => {
  beforeEach(() => changeSettings({ ALERT_URL }))

  it.each([
    ['fails in passing', down, 'cancelled', false, []],
    ['is refused', () => new Response('no', { status: 422 }), 'cancelled', false, []],
    ['never left', ownLimit, 'cancelled', false, []],
    ['is lost', lost, 'cancelled', true, [expect.stringContaining('may have arrived')]],
    ['arrives', accepted, 'relayed', false, [expect.stringContaining('has been sent')]],
  ] as const)('is not sent again when that attempt %s', async (_, answer, state, inDoubt, alerts) => {
    const { sent, isSent, answerNow } = holdAnswers()
    const response = postOrder(anOrder())
    await isSent()
    const cancelled = await cancelOrder()
    expect(cancelled.status).toBe(202)
    expect(await cancelled.json()).toMatchObject({ state: 'sending' })
    answerNow(answer)
    await response

    expect(await readOrder()).toMatchObject({ state, next_attempt_at: null, may_have_arrived: inDoubt })
    await passTo(NOW + 80 * HOUR)
    expect(sent.filter(({ url }) => url.endsWith('/orders'))).toHaveLength(1)
    expect(alertsIn(sent)).toEqual(alerts)
    expect((await cancelOrder()).status).toBe(state === 'relayed' ? 409 : 200)
  })
})

describe('what an instance that is gone was sending', () => {
  it('may have arrived, but for what its receiver would know again, and what was cancelled stays so', async () => {
    await changeSettings({ EVENTS_URL: 'https://store.test/events' })
    outsideAnswers(lost)
    await inLedger(({ sql }) => {
      putRow(sql, 'sending')
      putRow(sql, 'sending', { external_id: 'order-2', is_cancelled: 1 })
      putRow(sql, 'sending', { destination: 'events', seq: FIRST_FORWARDED, external_id: 'msg_1' })
    })
    await restartLedger()
    await alarmAt()

    expect(await readOrder()).toMatchObject({ state: 'unconfirmed', attempts: 1, may_have_arrived: true })
    expect(await readOrder('order-2')).toMatchObject({ state: 'cancelled', may_have_arrived: true })
    const { deliveries } = await (await fetchAsStore('/deliveries')).json<{ deliveries: unknown[] }>()
    expect(deliveries).toMatchObject([{ id: 'msg_1', state: 'queued', attempts: 1 }])
  })
})

describe('a fault while sending', () => {
  it('counts as a lost answer, since something may have left', async () => {
    outsideAnswers()
    await inLedger(({ sql }) => putRow(sql, 'queued', { body: 'no JSON', attempts: 0 }))
    await restartLedger()
    await passTo(NOW + SECOND)

    expect(await readOrder()).toMatchObject({
      state: 'unconfirmed',
      may_have_arrived: true,
      last_error: 'The bridge failed while sending.',
    })
  })
})

describe('the connections', () => {
  /** Takes a slot and notes who got it when. */
  const taking = async (
    work: (
      take: (destination: Destination, who: string) => void,
      given: string[],
      attempts: Attempts,
    ) => Promise<void>,
  ) => {
    await inLedger(async (ctx) => {
      const attempts = new Attempts(ctx)
      const given: string[] = []
      await work(
        (destination, who) => void attempts.slots.take(destination).then(() => given.push(who)),
        given,
        attempts,
      )
    })
  }
  /** Lets all that is settled run on. */
  const settled = async () => {
    for (let i = 0; i < 20; i++) await Promise.resolve()
  }

  it('are six, of which all but the orders have two together', async () => {
    await taking(async (_, __, { slots }) => {
      expect([slots.tryTake('events'), slots.tryTake('alerts'), slots.tryTake('shopline')]).toEqual([
        true,
        true,
        false,
      ])
      expect(slots.hasFree('events')).toBe(false)
      expect([1, 2, 3, 4, 5].map(() => slots.tryTake('orders'))).toEqual([true, true, true, true, false])
      slots.give('alerts')
      expect(slots.tryTake('shopline')).toBe(true)
      expect(slots.hasFree('orders')).toBe(false)
    })
  })

  it('that are given back go to orders first, then to whoever came first', async () => {
    await taking(async (take, given, { slots }) => {
      for (const to of ['events', 'orders', 'orders', 'orders', 'orders', 'orders'] as const)
        slots.tryTake(to)
      take('events', 'event')
      take('alerts', 'alert')
      take('orders', 'first order')
      take('orders', 'second order')
      await settled()
      expect(given).toEqual([])
      const expected = ['first order', 'second order', 'event']
      for (const [i] of expected.entries()) {
        slots.give('orders')
        await settled()
        expect(given).toEqual(expected.slice(0, i + 1))
      }
      // Others have their two by now, however much is free.
      slots.give('orders')
      await settled()
      expect(given).toEqual(expected)
      slots.give('events')
      await settled()
      expect(given).toEqual([...expected, 'alert'])
    })
  })
})
