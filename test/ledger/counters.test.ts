import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '../../src/ledger/channel.ts'
import { count, countUp, readCounters } from '../../src/ledger/counters.ts'
import {
  cancel,
  confirm,
  type Delivery,
  decide,
  forget,
  giveUp,
  lease,
  putBack,
  readDelivery,
  retry,
  retryAll,
  settle,
} from '../../src/ledger/deliveries.ts'
import { afterAttempt, BULK_RETRYABLE, type Outcome, STATES } from '../../src/ledger/delivery.ts'
import { recordEvent } from '../../src/ledger/events.ts'
import { accept } from '../../src/ledger/orders.ts'
import { queue } from '../../src/ledger/outbox.ts'
import { FIRST_FORWARDED, TIME_BOUNDS } from '../../src/ledger/schema.ts'
import { freezeTime, HOUR, MINUTE, NOW, SECOND, startAfresh } from '../bridge.ts'
import { SEED } from '../size.ts'
import { inLedger } from './inside.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

const RELAYED: Outcome = { outcome: 'relayed', status: 200, remoteId: '7' }
const outcome = fc.oneof(
  { weight: 3, arbitrary: fc.constant(RELAYED) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Outcome>(
      { outcome: 'unconfirmed', status: null, retryAfterMs: null, detail: '' },
      { outcome: 'passing', status: 503, retryAfterMs: null, detail: '' },
      { outcome: 'rejected', status: 422, detail: '', alreadyThere: false },
      { outcome: 'rejected', status: 409, detail: '', alreadyThere: true },
    ),
  },
)
const seq = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 5 }) },
  { weight: 1, arbitrary: fc.integer({ min: FIRST_FORWARDED, max: FIRST_FORWARDED + 1 }) },
)
const of = <const D extends string>(...kinds: D[]) => fc.record({ do: fc.constantFrom(...kinds), seq })
const order = fc.record({
  id: fc.integer({ min: 1, max: 5 }),
  content: fc.constantFrom('a', 'b'),
  isLeased: fc.boolean(),
})
const operation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('accept' as const), order }) },
  { weight: 1, arbitrary: of('forward', 'forget') },
  { weight: 4, arbitrary: of('lease') },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('settle' as const), seq, outcome }) },
  { weight: 3, arbitrary: of('put back', 'retry', 'confirm', 'cancel', 'arrived', 'not arrived') },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('retry all' as const),
      state: fc.constantFrom(...BULK_RETRYABLE),
    }),
  },
  { weight: 2, arbitrary: of('give up', 'count up') },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(300, 20 * SECOND, 5 * MINUTE, HOUR, 30 * HOUR, 80 * HOUR, -HOUR),
    }),
  },
)
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

type Attempts = Map<string, number>

function take(ctx: Context, id: number, now: number, { content = 'a', isLeased = false } = {}): void {
  const body = `{"products":[],"content":"${content}"}`
  const facts = { external_id: `${id}`, number: `#${id}`, digest: content, body, currency: 'USD' }
  accept(ctx, { ...facts, source: 'store', lines: [], warnings: [] }, now, isLeased ? now + MINUTE : null)
}

function attempt({ sql, channels }: Context, delivery: Delivery, outcome: Outcome, now: number): void {
  const progress = afterAttempt(delivery, outcome, now, channels.orders.policy, 0.5)
  settle(sql, delivery, { began: now, outcome }, progress, now)
}

/** Does to the tables what the relay does, at a time of the test's own, and returns what the time is then. */
function perform(ctx: Context, operation: Operation, now: number, attempts: Attempts): number {
  const { sql } = ctx
  const giveUpAt = ctx.channels.orders.giveUpAt(now)
  if (operation.do === 'wait') return now + operation.ms
  if (operation.do === 'accept') {
    take(ctx, operation.order.id, now, operation.order)
    return now
  }
  if (operation.do === 'retry all') {
    retryAll(sql, 'orders', operation.state, 'api', now, giveUpAt)
    return now
  }
  const { seq } = operation
  const delivery = readDelivery(sql, seq)
  switch (operation.do) {
    case 'forward':
      queue(ctx, { destination: 'alerts', id: crypto.randomUUID(), source: 'a', body: '{}' }, now)
      break
    case 'forget':
      // As the sweep does it: what goes was counted.
      countUp(sql, now)
      if (delivery?.state === 'relayed') forget(sql, seq)
      break
    case 'lease':
      lease(sql, seq, now, now + MINUTE)
      break
    case 'settle':
    case 'put back': {
      if (delivery?.state !== 'sending') break
      const key = `${delivery.destination} ${operation.do === 'settle' ? operation.outcome.outcome : 'fault'}`
      attempts.set(key, (attempts.get(key) ?? 0) + 1)
      if (operation.do === 'settle') attempt(ctx, delivery, operation.outcome, now)
      else putBack(sql, seq, now, now, now)
      break
    }
    case 'retry':
      retry(sql, seq, 'api', now, giveUpAt)
      break
    case 'confirm':
      if (delivery?.destination === 'orders') confirm(sql, seq, '7', now)
      break
    case 'cancel':
      cancel(sql, seq, 'api', now)
      break
    case 'arrived':
      decide(sql, seq, { arrived: true, remoteId: null }, 'api', now)
      break
    case 'not arrived':
      decide(sql, seq, { arrived: false, giveUpAt }, 'api', now)
      break
    case 'give up':
      giveUp(sql, 'orders', now, 3)
      break
    case 'count up':
      countUp(sql, now)
  }
  return now
}

type Scanned = {
  seq: number
  destination: string
  state: (typeof STATES)[number]
  lost: number
  resent: number
  received_at: number
  relayed_at: number | null
}

const byState = (rows: readonly Scanned[]) =>
  Object.fromEntries(STATES.map((state) => [state, rows.filter((row) => row.state === state).length]))

/** Holds the counters against a scan of the tables, and the attempts against those that were made. Returns how many orders are relayed. */
function compare({ sql, channels }: Context, attempts: Attempts, now: number, latest: number): number {
  const counters = readCounters(sql, channels, now)
  const all = sql
    .exec<Scanned>(
      'SELECT seq, destination, state, lost, resent, received_at, relayed_at FROM deliveries ORDER BY seq',
    )
    .toArray()
  const orders = all.filter(({ destination }) => destination === 'orders')
  expect(counters.orders).toEqual(byState(orders))
  const waiting = orders.find(({ state }) => ['queued', 'sending', 'unconfirmed'].includes(state))
  expect(counters.oldest_waiting).toBe(waiting?.received_at ?? null)
  expect(counters.in_doubt).toBe(
    orders.filter(({ state, lost, resent }) => lost > 0 && (state !== 'relayed' || resent > 0)).length,
  )

  const times = orders.flatMap(({ relayed_at, received_at }) =>
    relayed_at === null ? [] : [relayed_at - received_at],
  )
  expect(counters.times).toEqual({
    count: times.length,
    milliseconds: times.reduce((sum, ms) => sum + ms, 0),
    within: TIME_BOUNDS.map((bound) => times.filter((ms) => ms <= bound).length),
  })

  expect(
    new Map(counters.attempts.map(({ destination, outcome, n }) => [`${destination} ${outcome}`, n])),
  ).toEqual(attempts)
  for (const { destination, state, n } of counters.deliveries)
    expect(n).toBe(all.filter((row) => row.destination === destination && row.state === state).length)
  expect(counters.deliveries.reduce((sum, { n }) => sum + n, 0)).toBe(
    all.filter(({ state }) => state !== 'relayed').length,
  )

  // What was put together while the clock ran ahead is not taken apart again.
  const oldest = Math.floor(latest / HOUR) - 48
  for (const { at, ...counted } of counters.hours) {
    const hour = Date.parse(at) / HOUR
    if (hour > oldest)
      expect(counted, at).toEqual(
        byState(orders.filter((row) => Math.floor(row.received_at / HOUR) === hour)),
      )
  }
  return times.length
}

describe('the counters', () => {
  const SEQUENCES = 300

  it('are what a scan would count, after whatever was done', async () => {
    const relayed = await inLedger((ctx) => {
      let relayed = 0
      fc.assert(
        fc.property(fc.array(operation, { maxLength: 200, size: 'max' }), (operations) => {
          for (const table of ['deliveries', 'history', 'order_counts', 'attempt_counts', 'progress'])
            ctx.sql.exec(`DELETE FROM ${table}`)
          const attempts: Attempts = new Map()
          let now = NOW
          let latest = NOW
          for (const each of operations) {
            now = perform(ctx, each, now, attempts)
            latest = Math.max(latest, now)
          }
          relayed += compare(ctx, attempts, now, latest)
        }),
        { numRuns: SEQUENCES, seed: SEED },
      )
      return relayed
    })
    // It would prove little if nearly nothing was relayed on the way.
    expect(relayed).toBeGreaterThan(SEQUENCES)
  })

  it('have the last two days by the hour of receipt and the present state', async () => {
    await inLedger((ctx) => {
      const { sql, channels } = ctx
      take(ctx, 1, NOW - 60 * HOUR)
      take(ctx, 2, NOW - 47 * HOUR)
      take(ctx, 3, NOW)
      const leased = lease(sql, 2, NOW, NOW + MINUTE)
      if (leased) attempt(ctx, leased, RELAYED, NOW)

      const { hours, orders, oldest_waiting } = readCounters(sql, channels, NOW)
      expect(hours).toHaveLength(48)
      expect(hours[0]).toMatchObject({ at: '2029-12-30T13:00:00.000Z', queued: 0, relayed: 1 })
      expect(hours[47]).toMatchObject({ at: '2030-01-01T12:00:00.000Z', queued: 1, relayed: 0 })
      expect(orders).toMatchObject({ queued: 2, relayed: 1 })
      expect(oldest_waiting).toBe(NOW - 60 * HOUR)
    })
  })

  it('take no more rows than two days have hours, and one for all before', async () => {
    await inLedger((ctx) => {
      for (let id = 1; id <= 100; id++) {
        take(ctx, id, NOW + id * HOUR)
        countUp(ctx.sql, NOW + id * HOUR)
      }
      expect(ctx.sql.exec('SELECT count(*) AS n, sum(queued) AS queued FROM order_counts').one()).toEqual({
        n: 49,
        queued: 100,
      })
    })
  })

  it.each(['before', 'after'])(
    'sort the time until relayed into buckets that hold those before them, when counted up %s',
    async (when) => {
      await inLedger((ctx) => {
        const { sql, channels } = ctx
        const times = [400, 700, 90_000, 100 * HOUR]
        for (const [i] of times.entries()) take(ctx, i + 1, NOW)
        if (when === 'before') countUp(sql, NOW)
        for (const [i, ms] of times.entries()) {
          const leased = lease(sql, i + 1, NOW, NOW + MINUTE)
          if (leased) attempt(ctx, leased, RELAYED, NOW + ms)
        }
        expect(readCounters(sql, channels, NOW).times).toEqual({
          count: 4,
          milliseconds: 400 + 700 + 90_000 + 100 * HOUR,
          within: TIME_BOUNDS.map((bound) => [400, 700, 90_000].filter((ms) => ms <= bound).length),
        })
      })
    },
  )

  it('count an order once, however often they are read', async () => {
    await inLedger((ctx) => {
      take(ctx, 1, NOW, { isLeased: true })
      const read = () => readCounters(ctx.sql, ctx.channels, NOW)
      expect([read().orders.sending, read().orders.sending]).toEqual([1, 1])
      const delivery = readDelivery(ctx.sql, 1)
      if (delivery) attempt(ctx, delivery, RELAYED, NOW)
      for (let n = 0; n < 2; n++) {
        expect(read().orders).toMatchObject({ sending: 0, relayed: 1 })
        expect(read().attempts).toEqual([{ destination: 'orders', outcome: 'relayed', n: 1 }])
      }
    })
  })

  it('name 50 topics of events and call all others by one name', async () => {
    await inLedger(({ sql, channels }) => {
      const come = (topic: string, n: number) =>
        recordEvent(
          sql,
          { topic, source: 'sign-customiser', content_id: `${n}`, digest: topic, payload: null },
          null,
          NOW,
        )
      for (let n = 0; n < 60; n++) come(`topic-${n % 55}`, n)
      readCounters(sql, channels, NOW)
      for (let n = 0; n < 3; n++) come('topic-0', 100 + n)
      for (let n = 0; n < 2; n++) come('newest', n)

      const { events } = readCounters(sql, channels, NOW)
      expect(events).toHaveLength(51)
      expect(events.reduce((sum, { n }) => sum + n, 0)).toBe(65)
      expect(events.find(({ topic }) => topic === 'topic-0')?.n).toBe(5)
      expect(events.find(({ topic }) => topic === 'other')?.n).toBe(7)
    })
  })

  it('add up what no table implies', async () => {
    await inLedger(({ sql, channels }) => {
      count(sql, 'refusals', 'not-found', 2)
      count(sql, 'refusals', 'not-found')
      count(sql, 'warnings', 'price-differs')
      count(sql, 'sent again', 'orders')
      expect(readCounters(sql, channels, NOW)).toMatchObject({
        refusals: [{ code: 'not-found', n: 3 }],
        warnings: [{ code: 'price-differs', n: 1 }],
        sent_again: 1,
      })
    })
  })
})
