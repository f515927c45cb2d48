import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { countWaiting, due, leastTried, readWakes } from '../../src/ledger/queue.ts'
import { FIRST_FORWARDED } from '../../src/ledger/schema.ts'
import {
  accepted,
  anOrder,
  changeSettings,
  fetchAsStore,
  freezeTime,
  HOUR,
  ledger,
  MINUTE,
  NOW,
  outsideAnswers,
  postDesign,
  postOrder,
  readOrder,
  restartLedger,
  SECOND,
  type Sent,
  startAfresh,
} from '../bridge.ts'
import { inLedger, passTo, putRow } from './inside.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

const down = () => new Response('', { status: 503 })
const lost = () => new Response('', { status: 504 })
const isProbe = ({ url }: Sent) => url.endsWith('/webhooks')
const idOf = ({ body }: Sent) => (body as { external_id?: string } | null)?.external_id

describe('what is due', () => {
  it('is listed the longest due first, whatever its state, at most so many', async () => {
    const seqs = await inLedger(({ sql }) => {
      putRow(sql, 'queued', { external_id: 'b', next_attempt_at: NOW - 2 })
      putRow(sql, 'unconfirmed', { external_id: 'a', next_attempt_at: NOW - 3 })
      putRow(sql, 'queued', { external_id: 'c', next_attempt_at: NOW })
      putRow(sql, 'queued', { external_id: 'early', next_attempt_at: NOW + 1 })
      putRow(sql, 'sending', { external_id: 'under way', next_attempt_at: NOW - 9 })
      putRow(sql, 'queued', { destination: 'events', seq: FIRST_FORWARDED, next_attempt_at: NOW - 9 })
      return [due(sql, 'orders', NOW, 10), due(sql, 'orders', NOW, 2), due(sql, 'orders', NOW - 4, 10)]
    })
    expect(seqs).toEqual([[2, 1, 3], [2, 1], []])
  })
})

describe('the delivery tried least', () => {
  it('is the first of those with the fewest attempts, whenever it is due', async () => {
    const seqs = await inLedger(({ sql }) => {
      const found = [leastTried(sql, 'orders', NOW)]
      for (const [id, attempts] of Object.entries({ a: 5, b: 2, c: 2, d: 3 })) {
        putRow(sql, 'queued', { external_id: id, attempts, next_attempt_at: NOW + HOUR })
        found.push(leastTried(sql, 'orders', NOW))
      }
      return found
    })
    expect(seqs).toEqual([null, 1, 2, 2, 2])
  })

  it('is none that may not be sent yet', async () => {
    const seqs = await inLedger(({ sql }) => {
      putRow(sql, 'unconfirmed', { external_id: 'a', lost: 1, not_before: NOW + MINUTE })
      putRow(sql, 'queued', { external_id: 'b', attempts: 9, not_before: NOW + 1 })
      for (const state of ['sending', 'relayed', 'rejected', 'failed', 'cancelled'] as const)
        putRow(sql, state, { external_id: state, attempts: 0 })
      return [NOW, NOW + 1, NOW + MINUTE].map((now) => leastTried(sql, 'orders', now))
    })
    expect(seqs).toEqual([null, 2, 1])
  })
})

describe('how many wait', () => {
  it('counts what is under way too, and no further than it takes to be many', async () => {
    const counts = await inLedger(({ sql }) => {
      const found = [countWaiting(sql, 'orders')]
      for (const state of ['relayed', 'queued', 'failed', 'sending', 'unconfirmed', 'queued'] as const) {
        putRow(sql, state, { external_id: crypto.randomUUID() })
        found.push(countWaiting(sql, 'orders'))
      }
      return found
    })
    expect(counts).toEqual([0, 0, 1, 1, 2, 3, 3])
  })
})

describe('when a queue needs looking at', () => {
  it('is told for each destination that has something waiting', async () => {
    const wakes = await inLedger(({ sql }) => {
      putRow(sql, 'queued', {
        external_id: 'a',
        next_attempt_at: NOW + 5,
        not_before: NOW + 2,
        give_up_at: NOW + 90,
      })
      putRow(sql, 'unconfirmed', {
        external_id: 'b',
        next_attempt_at: NOW + 4,
        not_before: NOW + 4,
        give_up_at: NOW + 80,
      })
      putRow(sql, 'sending', { external_id: 'c', next_attempt_at: NOW + 1, give_up_at: NOW + 1 })
      putRow(sql, 'failed', { external_id: 'd', give_up_at: NOW + 1 })
      putRow(sql, 'sending', { destination: 'alerts', seq: FIRST_FORWARDED, next_attempt_at: NOW + 7 })
      return Object.fromEntries(readWakes(sql))
    })
    expect(wakes).toEqual({
      orders: expect.objectContaining({ lease: NOW + 1, due: NOW + 4, free: NOW + 2, end: NOW + 80 }),
      alerts: expect.objectContaining({ lease: NOW + 7, due: null, free: null, end: null }),
    })
  })
})

describe('through a gate that failures have closed', () => {
  beforeEach(() => postDesign({ product_id: 1 }))
  const isClosed = async () => (await ledger().gates()).orders.closed_until !== null

  it('the order that was tried least goes first, so that one bad order can not block the rest', async () => {
    const sent = outsideAnswers((request) => {
      if (isProbe(request)) return Response.json([])
      return idOf(request) === 'bad' ? down() : accepted()
    })
    await postOrder(anOrder('bad'))
    while (!(await isClosed())) await passTo(Date.now() + MINUTE)
    expect(await readOrder('bad')).toMatchObject({ attempts: 5 })
    expect((await postOrder(anOrder('good'))).status).toBe(202)
    expect(await readOrder('good')).toMatchObject({ state: 'queued', attempts: 0 })

    const before = sent.length
    await passTo(Date.now() + 5 * MINUTE)
    const after = sent.slice(before).map((request) => (isProbe(request) ? 'probe' : idOf(request)))
    expect(after.slice(0, 2)).toEqual(['probe', 'good'])
    expect(await readOrder('good')).toMatchObject({ state: 'relayed', attempts: 1 })
  })

  it('no order whose answer was lost goes before RELAY_CONFIRM_SECONDS, whatever opens the gate', async () => {
    await changeSettings({ RELAY_CONFIRM_SECONDS: '3600', RELAY_FIRST_RETRY_SECONDS: '60' })
    let isDown = true
    const sent = outsideAnswers((request) =>
      isProbe(request) ? Response.json([]) : isDown ? lost() : accepted(),
    )
    const ids = ['a', 'b', 'c', 'd', 'e']
    for (const id of ids) await postOrder(anOrder(id))
    expect(await isClosed()).toBe(true)
    isDown = false

    const orders = () => sent.flatMap((request) => (isProbe(request) ? [] : [idOf(request)]))
    await passTo(NOW + 10 * MINUTE)
    expect(orders()).toEqual(ids)
    await restartLedger()
    await passTo(NOW + 20 * MINUTE)
    expect(orders()).toEqual(ids)

    // A new one, for which the other side is asked whether it is back, opens the gate.
    await postOrder(anOrder('new'))
    await passTo(NOW + 21 * MINUTE)
    expect(sent.filter(isProbe)).toHaveLength(1)
    expect((await ledger().gates()).orders).toMatchObject({ closed_until: null, is_ajar: false })
    expect(orders()).toEqual([...ids, 'new'])
    await passTo(NOW + HOUR - SECOND)
    expect(orders()).toEqual([...ids, 'new'])
    await passTo(NOW + HOUR)
    expect(orders().toSorted()).toEqual([...ids, ...ids, 'new'].toSorted())
    for (const id of ids) expect(await readOrder(id)).toMatchObject({ state: 'relayed', attempts: 2 })
  })

  it('a retry of many failed ones sends none whose answer was lost any earlier', async () => {
    await changeSettings({
      RELAY_CONFIRM_SECONDS: '86400',
      RELAY_GIVE_UP_HOURS: '1',
      RELAY_LOST_ANSWERS: '9',
    })
    const sent = outsideAnswers((_, nth) => (nth === 1 ? lost() : accepted()))
    await postOrder(anOrder())
    await passTo(NOW + HOUR)
    expect(await readOrder()).toMatchObject({ state: 'failed' })

    const retried = await fetchAsStore('/orders/retry?state=failed', { method: 'POST' })
    expect(await retried.json()).toEqual({ retried: 1 })
    await passTo(NOW + HOUR + 30 * MINUTE)
    expect(sent).toHaveLength(1)
  })
})

describe('through the gate of an address that is probed by deliveries', () => {
  it('the event tried least goes first, one at a time', async () => {
    await changeSettings({ EVENTS_URL: 'https://store.test/events' })
    let isDown = true
    const sent = outsideAnswers(() => (isDown ? down() : new Response()))
    await inLedger(({ sql }) => {
      for (const [n, attempts] of [9, 4, 6, 4].entries())
        putRow(sql, 'queued', {
          destination: 'events',
          seq: FIRST_FORWARDED + n,
          external_id: `msg_${n}`,
          source: 'x',
          attempts,
          next_attempt_at: NOW + (10 - attempts) * MINUTE,
        })
      sql.exec(
        `INSERT INTO gates (destination, streak, failing, closed_at, closed_until, is_ajar, reason)
         VALUES ('events', 5, '[]', ?1, ?1, 0, 'failures')`,
        NOW,
      )
    })
    await restartLedger()
    await passTo(NOW + SECOND)
    const ids = () => sent.map(({ headers }) => headers['webhook-id'])
    expect(ids()).toEqual(['msg_1'])
    isDown = false
    await passTo(NOW + 5 * MINUTE)
    expect(ids()[1]).toBe('msg_3')
    expect(ids().slice(2).toSorted()).toEqual(['msg_0', 'msg_1', 'msg_2'])
  })
})
