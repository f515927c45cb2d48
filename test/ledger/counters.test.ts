import { runInDurableObject } from 'cloudflare:test'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { count, readCounters, TIME_BOUNDS } from '../../src/ledger/counters.ts'
import { addEntry, advance, isWaiting, lease, putBack, readDelivery } from '../../src/ledger/deliveries.ts'
import { afterAttempt, type Outcome, STATES } from '../../src/ledger/delivery.ts'
import { accept } from '../../src/ledger/orders.ts'
import { giveUp, recoverStranded } from '../../src/ledger/queue.ts'
import { RETRYABLE, retry, retryAll } from '../../src/ledger/retry.ts'
import { COUNTERS } from '../../src/ledger/schema/counters.ts'
import { freezeTime, HOUR, ledger, MINUTE, NOW, SECOND, startAfresh } from '../bridge.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

const POLICY = { timeoutMs: 10_000, firstRetryMs: 60_000, confirmMs: 120_000 }

const outcome = fc.constantFrom<Outcome>(
  { outcome: 'relayed', status: 200, remoteId: '7' },
  { outcome: 'unconfirmed', status: null, retryAfterMs: null, detail: '' },
  { outcome: 'passing', status: 503, retryAfterMs: null, detail: '' },
  { outcome: 'rejected', status: 422, detail: '', alreadyThere: false },
  { outcome: 'rejected', status: 409, detail: '', alreadyThere: true },
)
const order = fc.record({
  id: fc.integer({ min: 1, max: 6 }),
  content: fc.constantFrom('a', 'b'),
  isLeased: fc.boolean(),
})
const operation = fc.oneof(
  fc.record({ do: fc.constant('accept' as const), order }),
  fc.record({ do: fc.constant('lease' as const), seq: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ do: fc.constant('settle' as const), seq: fc.integer({ min: 1, max: 6 }), outcome }),
  fc.record({ do: fc.constant('put back' as const), seq: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ do: fc.constant('retry' as const), seq: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ do: fc.constant('retry all' as const), state: fc.constantFrom(...RETRYABLE) }),
  fc.record({ do: fc.constantFrom('give up' as const, 'recover' as const, 'forget' as const) }),
  fc.record({
    do: fc.constant('wait' as const),
    ms: fc.constantFrom(300, 20 * SECOND, 5 * MINUTE, HOUR, 30 * HOUR, -HOUR),
  }),
)
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

/** Does to the tables what the relay does, at a time of the test's own. */
function perform(sql: SqlStorage, operation: Operation, now: number): number {
  const giveUpAt = now + 72 * HOUR
  switch (operation.do) {
    case 'accept': {
      const { id, content, isLeased } = operation.order
      const body = `{"products":[],"content":"${content}"}`
      const order = {
        external_id: `${id}`,
        number: `#${id}`,
        source: 'store',
        digest: content,
        body,
        products: [],
      } as const
      accept(sql, order, now, giveUpAt, isLeased ? now + MINUTE : null)
      return now
    }
    case 'wait':
      return now + operation.ms
    case 'give up':
      giveUp(sql, 'orders', now)
      return now
    case 'recover':
      recoverStranded(sql, 'orders', now, 120_000, () => false)
      return now
    case 'forget':
      sql.exec("DELETE FROM deliveries WHERE state = 'relayed'")
      return now
    case 'retry all':
      retryAll(sql, operation.state, now, giveUpAt)
      return now
    case 'retry':
      retry(sql, ['orders'], `${operation.seq}`, now, giveUpAt)
      return now
  }
  const delivery = readDelivery(sql, operation.seq)
  if (!delivery) return now
  if (operation.do === 'lease' && isWaiting(delivery)) lease(sql, delivery, now, now + MINUTE)
  if (operation.do === 'put back' && delivery.state === 'sending') {
    putBack(sql, delivery, now, now)
    addEntry(sql, delivery.seq, { at: now, outcome: 'fault' })
  }
  if (operation.do === 'settle' && delivery.state === 'sending') {
    advance(sql, delivery.seq, afterAttempt(delivery, operation.outcome, now, POLICY, 0.5), now)
    addEntry(sql, delivery.seq, { at: now, outcome: operation.outcome.outcome })
  }
  return now
}

type Scanned = { state: string; received_at: number; relayed_at: number | null }

describe('the counters', () => {
  it('are what a scan would count, after whatever was done', async () => {
    await runInDurableObject(ledger(), (_, { storage: { sql } }) => {
      fc.assert(
        fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
          for (const table of [
            'deliveries',
            'history',
            'delivery_products',
            'delivery_counts',
            'attempt_counts',
          ])
            sql.exec(`DELETE FROM ${table}`)
          let now = NOW
          let relayed = 0
          for (const each of operations) {
            const before = sql.exec("SELECT 1 FROM deliveries WHERE state = 'relayed'").toArray().length
            now = perform(sql, each, now)
            const after = sql.exec("SELECT 1 FROM deliveries WHERE state = 'relayed'").toArray().length
            relayed += Math.max(0, after - before)
          }

          const counters = readCounters(sql, ['orders'], now)
          const rows = sql.exec<Scanned>('SELECT state, received_at, relayed_at FROM deliveries').toArray()
          for (const state of STATES)
            expect(counters.orders[state], state).toBe(rows.filter((row) => row.state === state).length)
          const waiting = rows.filter(({ state }) => ['queued', 'sending', 'unconfirmed'].includes(state))
          expect(counters.oldest_waiting !== null).toBe(waiting.length > 0)
          expect(counters.times.count).toBe(relayed)
          const attempts = sql
            .exec<{ n: number }>(
              "SELECT count(*) AS n FROM history WHERE outcome IN ('relayed', 'unconfirmed', 'passing', 'rejected', 'fault')",
            )
            .one().n
          expect(counters.attempts.reduce((sum, { n }) => sum + n, 0)).toBe(attempts)
          expect(sql.exec('SELECT 1 FROM delivery_counts').toArray().length).toBeLessThanOrEqual(49)
        }),
        { numRuns: 300 },
      )
    })
  })

  it('have the last two days by the hour of receipt and the present state', async () => {
    await runInDurableObject(ledger(), (_, { storage: { sql } }) => {
      const take = (id: string, at: number) =>
        perform(sql, { do: 'accept', order: { id: Number(id), content: 'a', isLeased: false } }, at)
      take('1', NOW - 60 * HOUR)
      take('2', NOW - 47 * HOUR)
      take('3', NOW)
      perform(sql, { do: 'lease', seq: 2 }, NOW)
      perform(
        sql,
        { do: 'settle', seq: 2, outcome: { outcome: 'relayed', status: 200, remoteId: null } },
        NOW,
      )

      const { hours, orders, oldest_waiting } = readCounters(sql, ['orders'], NOW)
      expect(hours).toHaveLength(48)
      expect(hours[0]).toMatchObject({ at: '2029-12-30T13:00:00.000Z', queued: 0, relayed: 1 })
      expect(hours[47]).toMatchObject({ at: '2030-01-01T12:00:00.000Z', queued: 1, relayed: 0 })
      expect(orders).toMatchObject({ queued: 2, relayed: 1 })
      expect(oldest_waiting).toBe(NOW - 60 * HOUR)
    })
  })

  it('sort the time from receipt to relayed into buckets that hold those before them', async () => {
    await runInDurableObject(ledger(), (_, { storage: { sql } }) => {
      for (const [i, ms] of [400, 700, 90_000, 100 * HOUR].entries()) {
        perform(sql, { do: 'accept', order: { id: i + 1, content: 'a', isLeased: false } }, NOW)
        perform(sql, { do: 'lease', seq: i + 1 }, NOW)
        perform(
          sql,
          { do: 'settle', seq: i + 1, outcome: { outcome: 'relayed', status: 200, remoteId: null } },
          NOW + ms,
        )
      }
      const { times } = readCounters(sql, ['orders'], NOW)
      expect(times.count).toBe(4)
      expect(times.milliseconds).toBe(400 + 700 + 90_000 + 100 * HOUR)
      expect(times.within).toEqual(
        TIME_BOUNDS.map((bound) => [400, 700, 90_000].filter((ms) => ms <= bound).length),
      )
    })
  })

  it('begin with the orders of a ledger that did not count yet', async () => {
    await runInDurableObject(ledger(), (_, { storage: { sql } }) => {
      for (const id of [1, 2])
        perform(sql, { do: 'accept', order: { id, content: 'a', isLeased: false } }, NOW)
      perform(sql, { do: 'lease', seq: 2 }, NOW)
      for (const [, kind, name] of COUNTERS.matchAll(/CREATE (TABLE|TRIGGER) (\w+)/g))
        sql.exec(`DROP ${kind} IF EXISTS ${name}`)
      sql.exec(COUNTERS)
      perform(sql, { do: 'put back', seq: 2 }, NOW)

      expect(readCounters(sql, ['orders'], NOW).orders).toMatchObject({ queued: 2, sending: 0 })
    })
  })

  it('add up what no table implies', async () => {
    await runInDurableObject(ledger(), (_, { storage: { sql } }) => {
      count(sql, 'refusals', 'not-found', 2)
      count(sql, 'refusals', 'not-found')
      count(sql, 'events', 'order:created')
      expect(readCounters(sql, ['orders'], NOW)).toMatchObject({
        refusals: [{ code: 'not-found', n: 3 }],
        events: [{ topic: 'order:created', n: 1 }],
      })
    })
  })
})
