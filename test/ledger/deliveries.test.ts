import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  cancel,
  confirm,
  type Delivery,
  decide,
  eraseContent,
  forget,
  giveUp,
  lease,
  mendTimes,
  type NewDelivery,
  putBack,
  readDelivery,
  replace,
  retry,
  retryAll,
  settle,
  take,
  wakeAll,
} from '../../src/ledger/deliveries.ts'
import {
  afterAttempt,
  type BulkRetryable,
  type Outcome,
  STATES,
  type State,
} from '../../src/ledger/delivery.ts'
import { FIRST_FORWARDED } from '../../src/ledger/schema.ts'
import { freezeTime, HOUR, NOW, SECOND, startAfresh } from '../bridge.ts'
import { inLedger, putRow } from './inside.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

const POLICY = {
  timeoutMs: 10 * SECOND,
  firstRetryMs: 60 * SECOND,
  giveUpMs: 72 * HOUR,
  confirmMs: 120 * SECOND,
  lostAnswers: 6,
}

const anOrder: NewDelivery = {
  destination: 'orders',
  external_id: 'order-1',
  number: '1',
  source: 'store',
  digest: 'd',
  warnings: null,
  refers: null,
  body: '{"old":1}',
  give_up_at: NOW + 72 * HOUR,
}

const rowOf = (sql: SqlStorage, seq: number) =>
  sql.exec('SELECT * FROM deliveries WHERE seq = ?', seq).toArray()[0] ?? {}

function end(sql: SqlStorage, seq: number, outcome: Outcome, now = NOW): ReturnType<typeof settle> {
  const delivery = readDelivery(sql, seq) ?? ({ seq, attempts: 1, lost: 0, give_up_at: NOW } as Delivery)
  return settle(
    sql,
    delivery,
    { began: now - SECOND, outcome },
    afterAttempt(delivery, outcome, now, POLICY, 1),
    now,
  )
}

const RELAYED: Outcome = { outcome: 'relayed', status: 200, remoteId: '7' }
const PASSING: Outcome = { outcome: 'passing', status: 503, retryAfterMs: null, detail: 'down' }
const LOST: Outcome = { outcome: 'unconfirmed', status: null, retryAfterMs: null, detail: 'lost' }
const REFUSED: Outcome = { outcome: 'rejected', status: 422, detail: 'no', alreadyThere: false }

type Move = [
  name: string,
  move: (sql: SqlStorage, seq: number) => unknown,
  leads: Partial<Record<State, State>>,
]

const from = (states: readonly State[], to: State) =>
  Object.fromEntries(states.map((state) => [state, to])) as Partial<Record<State, State>>

/** The drawn moves, each with the states that it leads out of and where it leads. */
const MOVES: Move[] = [
  ['lease', (sql, seq) => lease(sql, seq, NOW, NOW + 1), from(['queued', 'unconfirmed'], 'sending')],
  ['settle as relayed', (sql, seq) => end(sql, seq, RELAYED), { sending: 'relayed' }],
  ['settle as failed in passing', (sql, seq) => end(sql, seq, PASSING), { sending: 'queued' }],
  ['settle as lost', (sql, seq) => end(sql, seq, LOST), { sending: 'unconfirmed' }],
  ['settle as rejected', (sql, seq) => end(sql, seq, REFUSED), { sending: 'rejected' }],
  ['settle as too late', (sql, seq) => end(sql, seq, PASSING, NOW + 73 * HOUR), { sending: 'failed' }],
  ['putBack', (sql, seq) => putBack(sql, seq, NOW, NOW + 1, NOW), { sending: 'queued' }],
  [
    'confirm',
    (sql, seq) => confirm(sql, seq, '7', NOW),
    from(['queued', 'sending', 'unconfirmed', 'rejected', 'failed', 'cancelled'], 'relayed'),
  ],
  ['giveUp', (sql) => giveUp(sql, 'orders', NOW + 73 * HOUR, 10), from(['queued', 'unconfirmed'], 'failed')],
  [
    'cancel',
    (sql, seq) => cancel(sql, seq, 'api', NOW),
    from(['queued', 'unconfirmed', 'rejected', 'failed'], 'cancelled'),
  ],
  [
    'decide that it arrived',
    (sql, seq) => decide(sql, seq, { arrived: true, remoteId: '7' }, 'api', NOW),
    from(['unconfirmed', 'failed', 'rejected'], 'relayed'),
  ],
  [
    'decide that it did not',
    (sql, seq) => decide(sql, seq, { arrived: false, giveUpAt: NOW + 1 }, 'api', NOW),
    from(['unconfirmed', 'failed', 'rejected'], 'queued'),
  ],
  [
    'retry',
    (sql, seq) => retry(sql, seq, 'api', NOW, NOW + 1),
    from(['failed', 'rejected', 'unconfirmed', 'cancelled'], 'queued'),
  ],
  [
    'retryAll of every state',
    (sql) => STATES.map((state) => retryAll(sql, 'orders', state as BulkRetryable, 'api', NOW, NOW + 1)),
    from(['failed', 'rejected', 'unconfirmed'], 'queued'),
  ],
  [
    'replace',
    (sql, seq) =>
      replace(
        sql,
        { seq, body: '{"old":1}' },
        { number: '2', digest: 'e', warnings: null, body: '{}', give_up_at: NOW + 1 },
        NOW,
      ),
    from(['rejected', 'queued'], 'queued'),
  ],
]

describe.each(MOVES)('%s', (name, move, leads) => {
  it.each(STATES)(`leads from %s to ${JSON.stringify(leads)} or nowhere`, async (state) => {
    await inLedger(({ sql }) => {
      const seq = putRow(sql, state)
      const before = rowOf(sql, seq)
      move(sql, seq)
      const after = rowOf(sql, seq)

      const to = leads[state]
      if (to !== undefined) expect(after).toMatchObject({ state: to })
      // A relayed one is marked as confirmed, and what is being sent as cancelled: neither is a move.
      else if (name === 'confirm') expect(after).toEqual({ ...before, confirmed_at: NOW, remote_id: '7' })
      else if (name === 'cancel' && state === 'sending') expect(after).toEqual({ ...before, is_cancelled: 1 })
      else expect(after).toEqual(before)
    })
  })
})

describe('take', () => {
  it('takes a delivery in once, and orders and others each in their sequence', async () => {
    await inLedger(({ sql }) => {
      const alert = { ...anOrder, destination: 'alerts' as const }
      expect(take(sql, anOrder, NOW)).toMatchObject({ seq: 1, state: 'queued', attempts: 0 })
      expect(take(sql, { ...anOrder, body: '{"new":1}' }, NOW)).toBeNull()
      expect(take(sql, alert, NOW)).toMatchObject({ seq: FIRST_FORWARDED })
      expect(take(sql, { ...anOrder, external_id: 'order-2' }, NOW)).toMatchObject({ seq: 2 })
      expect(take(sql, { ...alert, external_id: 'b' }, NOW)).toMatchObject({ seq: FIRST_FORWARDED + 1 })
      expect(rowOf(sql, 1)).toMatchObject({ body: '{"old":1}', next_attempt_at: NOW })
    })
  })

  it('gives what is read back afterwards', async () => {
    await inLedger(({ sql }) => {
      expect(take(sql, anOrder, NOW)).toEqual(readDelivery(sql, 1))
      const leased = take(sql, { ...anOrder, external_id: 'order-2' }, NOW, NOW + 12 * SECOND)
      expect(leased).toEqual(readDelivery(sql, 2))
      expect(leased).toMatchObject({ state: 'sending', attempts: 1 })
      expect(rowOf(sql, 2)).toMatchObject({ next_attempt_at: NOW + 12 * SECOND })
    })
  })
})

describe('an attempt', () => {
  it.each([RELAYED, PASSING, LOST, REFUSED])(
    'at what was cancelled meanwhile is the last, unless it relays: %j',
    async (outcome) => {
      await inLedger(({ sql }) => {
        const seq = putRow(sql, 'sending', { is_cancelled: 1 })
        const state = outcome === RELAYED ? 'relayed' : 'cancelled'
        expect(end(sql, seq, outcome)).toEqual({ state, is_cancelled: 1 })
        expect(rowOf(sql, seq)).toMatchObject({ state, next_attempt_at: null })
      })
    },
  )

  it('that never left does not count, nor as sent again', async () => {
    await inLedger(({ sql }) => {
      const seq = putRow(sql, 'unconfirmed', { lost: 1, attempts: 1 })
      lease(sql, seq, NOW, NOW + 1)
      expect(rowOf(sql, seq)).toMatchObject({ state: 'sending', attempts: 2, resent: 1 })
      putBack(sql, seq, NOW, NOW + 5, NOW)
      expect(rowOf(sql, seq)).toMatchObject({
        state: 'queued',
        attempts: 1,
        resent: 0,
        lost: 1,
        next_attempt_at: NOW + 5,
      })
    })
  })

  it('that never left, at what was cancelled meanwhile, is not made again', async () => {
    await inLedger(({ sql }) => {
      const seq = putRow(sql, 'sending', { is_cancelled: 1 })
      putBack(sql, seq, NOW, NOW + 5, NOW)
      expect(rowOf(sql, seq)).toMatchObject({ state: 'cancelled', next_attempt_at: null })
    })
  })

  it('that was the first and relayed takes no line of history, all others take one', async () => {
    await inLedger(({ sql }) => {
      const lines = () =>
        sql
          .exec('SELECT outcome FROM history')
          .toArray()
          .map(({ outcome }) => outcome)
      end(sql, putRow(sql, 'sending'), RELAYED)
      expect(lines()).toEqual([])
      expect(rowOf(sql, 1)).toMatchObject({ first_status: 200, first_ms: SECOND })
      end(sql, putRow(sql, 'sending', { external_id: 'b', attempts: 2 }), RELAYED)
      end(sql, putRow(sql, 'sending', { external_id: 'c' }), PASSING)
      // What was settled meanwhile keeps the line of the attempt that was under way.
      end(sql, putRow(sql, 'relayed', { external_id: 'd' }), RELAYED)
      expect(lines()).toEqual(['relayed', 'passing', 'relayed'])
    })
  })
})

describe('a confirmation', () => {
  it('settles nothing that was never sent', async () => {
    await inLedger(({ sql }) => {
      const seq = putRow(sql, 'queued', { attempts: 0 })
      expect(confirm(sql, seq, '7', NOW)).toEqual({ result: 'nothing' })
      expect(rowOf(sql, seq)).toMatchObject({ state: 'queued', confirmed_at: null })
    })
  })

  it('is noted once, and keeps the ID that the answer gave', async () => {
    await inLedger(({ sql }) => {
      const seq = putRow(sql, 'relayed', { remote_id: '6' })
      expect(confirm(sql, seq, '7', NOW)).toEqual({ result: 'confirmed' })
      expect(confirm(sql, seq, '8', NOW + 1)).toEqual({ result: 'nothing' })
      expect(rowOf(sql, seq)).toMatchObject({ confirmed_at: NOW, remote_id: '6' })
    })
  })
})

describe('a correction', () => {
  it.each(['rejected', 'queued'] as const)(
    'of one that is %s and may have arrived replaces nothing',
    async (state) => {
      await inLedger(({ sql }) => {
        const seq = putRow(sql, state, { lost: 1 })
        const corrected = { number: '2', digest: 'e', warnings: null, body: '{}', give_up_at: NOW + 1 }
        expect(replace(sql, { seq, body: '{"old":1}' }, corrected, NOW)).toBeNull()
        expect(rowOf(sql, seq)).toMatchObject({ state, body: '{"old":1}' })
      })
    },
  )
})

describe('a retry of many', () => {
  it('keeps the time of what may have arrived, and no other', async () => {
    await inLedger(({ sql }) => {
      const doubtful = putRow(sql, 'failed', { lost: 1, not_before: NOW + HOUR })
      const other = putRow(sql, 'failed', { external_id: 'b', not_before: NOW + HOUR })
      expect(retryAll(sql, 'orders', 'failed', 'console', NOW, NOW + 72 * HOUR)).toBe(2)
      expect(rowOf(sql, doubtful)).toMatchObject({ next_attempt_at: NOW + HOUR, not_before: NOW + HOUR })
      expect(rowOf(sql, other)).toMatchObject({ next_attempt_at: NOW, not_before: 0 })
    })
  })

  it('leaves alone what was erased, what another state or destination has', async () => {
    await inLedger(({ sql }) => {
      putRow(sql, 'failed', { body: null })
      putRow(sql, 'rejected', { external_id: 'b' })
      putRow(sql, 'failed', { destination: 'alerts', external_id: 'c', seq: FIRST_FORWARDED })
      expect(retryAll(sql, 'orders', 'failed', 'console', NOW, NOW + 72 * HOUR)).toBe(0)
    })
  })
})

describe('giving up', () => {
  it('takes at most so many, of one destination, whose time has run out', async () => {
    await inLedger(({ sql }) => {
      for (const id of ['a', 'b', 'c'])
        putRow(sql, 'queued', { external_id: id, give_up_at: NOW, lost: id === 'a' ? 1 : 0 })
      putRow(sql, 'queued', { external_id: 'd', give_up_at: NOW + 1 })
      putRow(sql, 'queued', { destination: 'alerts', seq: FIRST_FORWARDED, give_up_at: NOW })
      expect(giveUp(sql, 'orders', NOW, 2)).toHaveLength(2)
      expect(giveUp(sql, 'orders', NOW, 2)).toHaveLength(1)
      expect(giveUp(sql, 'orders', NOW, 2)).toEqual([])
    })
  })
})

describe('when a gate opens', () => {
  it('all are due at once, but none before it may be sent, nor later than it was', async () => {
    const due = await inLedger(({ sql }) => {
      putRow(sql, 'queued', { external_id: 'backed off', next_attempt_at: NOW + HOUR })
      putRow(sql, 'unconfirmed', {
        external_id: 'in doubt',
        next_attempt_at: NOW + HOUR,
        not_before: NOW + 60,
      })
      putRow(sql, 'unconfirmed', { external_id: 'waits', next_attempt_at: NOW + 60, not_before: NOW + 60 })
      putRow(sql, 'queued', { external_id: 'due before', next_attempt_at: NOW - 5 })
      putRow(sql, 'sending', { external_id: 'under way', next_attempt_at: NOW + 12 })
      putRow(sql, 'queued', {
        destination: 'events',
        external_id: 'elsewhere',
        next_attempt_at: NOW + HOUR,
        seq: FIRST_FORWARDED,
      })
      wakeAll(sql, 'orders', NOW)
      const rows = sql
        .exec<{ external_id: string; next_attempt_at: number }>('SELECT * FROM deliveries')
        .toArray()
      return Object.fromEntries(rows.map((row) => [row.external_id, row.next_attempt_at - NOW]))
    })
    expect(due).toEqual({
      'backed off': 0,
      'in doubt': 60,
      waits: 60,
      'due before': -5,
      'under way': 12,
      elsewhere: HOUR,
    })
  })
})

describe('what was changed while the clock ran ahead', () => {
  it('is put back by as much, so that it does not sleep until the clock catches up', async () => {
    await inLedger(({ sql }) => {
      const ahead = 48 * HOUR
      const late = putRow(sql, 'unconfirmed', {
        changed_at: NOW + ahead,
        next_attempt_at: NOW + ahead + 60,
        not_before: NOW + ahead + 60,
        give_up_at: NOW + ahead + 72 * HOUR,
      })
      const right = putRow(sql, 'queued', { external_id: 'b', next_attempt_at: NOW + HOUR })
      const before = rowOf(sql, right)
      mendTimes(sql, 'orders', NOW, 60 * SECOND)

      expect(rowOf(sql, late)).toMatchObject({
        changed_at: NOW,
        next_attempt_at: NOW + 60,
        not_before: NOW + 60,
        give_up_at: NOW + 72 * HOUR,
      })
      expect(rowOf(sql, right)).toEqual(before)
    })
  })
})

describe('erasing', () => {
  it('takes what is personal and leaves what happened', async () => {
    await inLedger(({ sql }) => {
      const seq = putRow(sql, 'sending', { warnings: '[]' })
      end(sql, seq, REFUSED)
      replace(
        sql,
        { seq, body: 'x' },
        { number: '2', digest: 'e', warnings: '[]', body: 'y', give_up_at: NOW },
        NOW,
      )
      eraseContent(sql, seq)
      expect(rowOf(sql, seq)).toMatchObject({
        state: 'queued',
        digest: 'e',
        body: null,
        last_error: null,
        warnings: null,
      })
      expect(sql.exec('SELECT outcome, detail, body FROM history').toArray()).toEqual([
        { outcome: 'rejected', detail: null, body: null },
        { outcome: 'replaced', detail: null, body: null },
      ])
    })
  })

  it('forgets what was forwarded altogether, and never an order', async () => {
    await inLedger(({ sql }) => {
      const order = putRow(sql, 'relayed')
      const alert = putRow(sql, 'relayed', { destination: 'alerts', seq: FIRST_FORWARDED })
      for (const seq of [order, alert]) forget(sql, seq)
      expect(sql.exec('SELECT seq FROM deliveries').toArray()).toEqual([{ seq: order }])
    })
  })
})
