import {
  type BulkRetryable,
  type Destination,
  isRetryable,
  type Outcome,
  type Progress,
  type Retryable,
  type State,
} from './delivery.ts'
import { FIRST_FORWARDED } from './schema.ts'

/**
 * A delivery's row and its history, and every move of it; nothing else writes the two tables. Each statement names the states
 * that it leads out of, so that a move that is not in this table can't happen.
 *
 *   take     –                                     → queued, or sending with its first attempt
 *   lease    queued, unconfirmed                   → sending
 *   settle   sending                               → relayed, queued, unconfirmed, rejected, failed, cancelled
 *   putBack  sending                               → queued, cancelled            nothing had left
 *   strand   sending                               → unconfirmed, queued, failed, cancelled     its instance is gone: a `settle`
 *   confirm  whatever was sent                     → relayed
 *   giveUp   queued, unconfirmed                   → failed                       out of time, or of lost answers
 *   cancel   queued, unconfirmed, rejected, failed → cancelled                    from sending once the attempt has ended
 *   decide   unconfirmed, failed, rejected         → relayed, queued              an operator looked
 *   retry    failed, rejected, unconfirmed, cancelled → queued
 *   replace  rejected, queued                      → queued                       corrected before it can have arrived
 *
 * Times are milliseconds since 1970.
 */
export type Delivery = {
  seq: number
  destination: Destination
  external_id: string
  number: string | null
  source: string
  state: State
  attempts: number
  /** How many of its sends lost their answer: above 0 it may have arrived. */
  lost: number
  /** Nothing but a retry by hand sends it earlier. */
  not_before: number
  give_up_at: number
  received_at: number
  confirmed_at: number | null
  /** The other side's own ID, as JSON text. */
  remote_id: string | null
  /** What its body is made of where the ledger has that elsewhere: `event:<seq>` or `design:<external_id>`. */
  refers: string | null
  /** The JSON that is sent; null once it was erased, or when it refers to something. */
  body: string | null
}

const COLUMNS =
  'seq, destination, external_id, number, source, state, attempts, lost, not_before, give_up_at, received_at, confirmed_at, remote_id, refers, body'

export function readDelivery(sql: SqlStorage, seq: number): Delivery | null {
  return sql.exec<Delivery>(`SELECT ${COLUMNS} FROM deliveries WHERE seq = ?`, seq).toArray()[0] ?? null
}

/** A delivery by the name that its destination knows it by. */
export function findDelivery(sql: SqlStorage, destination: Destination, externalId: string): Delivery | null {
  const rows = sql.exec<Delivery>(
    `SELECT ${COLUMNS} FROM deliveries WHERE destination = ? AND external_id = ?`,
    destination,
    externalId,
  )
  return rows.toArray()[0] ?? null
}

export const isWaiting = ({ state }: Pick<Delivery, 'state'>) => state === 'queued' || state === 'unconfirmed'

/** What is taken in. `digest` tells an order's content from another one. */
export interface NewDelivery {
  destination: Destination
  external_id: string
  number: string | null
  source: string
  digest: string
  /** JSON of what looks wrong about an order that is taken all the same; null when nothing does. */
  warnings: string | null
  refers: string | null
  body: string | null
  give_up_at: number
  /** When it is due; at once unless it says so. */
  due_at?: number
}

/**
 * Takes a delivery in, unless its destination has one of that name: then null. With `leaseEnd` its first attempt begins in the same
 * commit: it comes in as `sending`, leased until then.
 */
export function take(
  sql: SqlStorage,
  delivery: NewDelivery,
  now: number,
  leaseEnd: number | null = null,
): Delivery | null {
  const { destination, external_id, number, source, digest, warnings, refers, body, give_up_at } = delivery
  const due = leaseEnd ?? delivery.due_at ?? now
  const isOrder = destination === 'orders'
  const state = leaseEnd === null ? 'queued' : 'sending'
  const attempts = leaseEnd === null ? 0 : 1
  const [row] = sql
    .exec<{ seq: number }>(
      `INSERT INTO deliveries (seq, destination, external_id, number, source, state, digest, attempts, next_attempt_at, give_up_at,
         received_at, changed_at, refers, warnings, body)
       VALUES (
         (SELECT coalesce(max(seq), ?1 - 1) + 1 FROM deliveries WHERE seq >= ?1 AND seq < ?2),
         ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, ?13, ?14, ?15)
       ON CONFLICT (destination, external_id) DO NOTHING RETURNING seq`,
      isOrder ? 1 : FIRST_FORWARDED,
      isOrder ? FIRST_FORWARDED : Number.MAX_SAFE_INTEGER,
      destination,
      external_id,
      number,
      source,
      state,
      digest,
      attempts,
      due,
      give_up_at,
      now,
      refers,
      warnings,
      body,
    )
    .toArray()
  if (!row) return null
  const { seq } = row
  return {
    seq,
    destination,
    external_id,
    number,
    source,
    state,
    attempts,
    lost: 0,
    not_before: 0,
    give_up_at,
    received_at: now,
    confirmed_at: null,
    remote_id: null,
    refers,
    body,
  }
}

/**
 * Takes a waiting delivery for one attempt, before anything leaves; null when it waits no longer. The row is the record of an
 * attempt under way, which began at its `changed_at`; the history gets its line when it ends.
 */
export function lease(sql: SqlStorage, seq: number, now: number, until: number): Delivery | null {
  const rows = sql.exec<Delivery>(
    `UPDATE deliveries SET state = 'sending', attempts = attempts + 1, resent = resent + (lost > 0), next_attempt_at = ?,
       changed_at = ?
     WHERE seq = ? AND state IN ('queued', 'unconfirmed') RETURNING ${COLUMNS}`,
    until,
    now,
    seq,
  )
  return rows.toArray()[0] ?? null
}

/** How an attempt ended. `began` is when it began. */
export interface Ended {
  began: number
  outcome: Outcome
}

/**
 * Writes down how an attempt ended and where it led, and returns what the delivery is now; null when something else had settled it
 * meanwhile, which stays. One that was cancelled during the attempt is not tried again.
 */
export function settle(
  sql: SqlStorage,
  { seq, attempts }: Pick<Delivery, 'seq' | 'attempts'>,
  { began, outcome }: Ended,
  progress: Progress,
  now: number,
): { state: State; is_cancelled: 0 | 1 } | null {
  // Nearly all are relayed by their first attempt: the row tells of it, and a line of history would be a row more.
  const isFirst = attempts === 1 && outcome.outcome === 'relayed' && progress.state === 'relayed'
  const [row] = sql
    .exec<{ state: State; is_cancelled: 0 | 1 }>(
      `UPDATE deliveries SET state = iif(is_cancelled = 1 AND ?1 <> 'relayed', 'cancelled', ?1),
         next_attempt_at = iif(is_cancelled = 1, NULL, ?2), lost = ?3, not_before = ?4, give_up_at = ?5, relayed_at = ?6,
         remote_id = ?7, last_error = ?8, changed_at = ?9, first_status = ?10, first_ms = ?11
       WHERE seq = ?12 AND state = 'sending' RETURNING state, is_cancelled`,
      progress.state,
      progress.next_attempt_at,
      progress.lost,
      progress.not_before,
      progress.give_up_at,
      progress.relayed_at,
      progress.remote_id,
      progress.last_error,
      now,
      isFirst ? outcome.status : null,
      isFirst ? now - began : null,
      seq,
    )
    .toArray()
  if (!row || !isFirst)
    addEntry(sql, seq, {
      at: began,
      outcome: outcome.outcome,
      status: outcome.status,
      duration_ms: now - began,
      detail: outcome.outcome === 'relayed' ? null : outcome.detail,
    })
  return row ?? null
}

/**
 * Takes back an attempt, begun at `began`, that never left: it does not count. A delivery that was settled meanwhile stays as it
 * is.
 */
export function putBack(sql: SqlStorage, seq: number, began: number, again: number, now: number): void {
  sql.exec(
    `UPDATE deliveries SET state = iif(is_cancelled = 1, 'cancelled', 'queued'), attempts = attempts - 1,
       resent = resent - (lost > 0), next_attempt_at = iif(is_cancelled = 1, NULL, ?1), changed_at = ?2
     WHERE seq = ?3 AND state = 'sending'`,
    again,
    now,
    seq,
  )
  addEntry(sql, seq, { at: began, outcome: 'fault', detail: 'The bridge could not send.' })
}

/** The deliveries that are `sending`, and when each attempt began. */
export function underWay(sql: SqlStorage): (Delivery & { began: number })[] {
  return sql
    .exec<Delivery & { began: number }>(
      `SELECT ${COLUMNS}, changed_at AS began FROM deliveries INDEXED BY deliveries_by_state
       WHERE destination IN ('orders', 'events', 'alerts', 'shopline') AND state = 'sending' AND state <> 'relayed'`,
    )
    .toArray()
}

/**
 * Settles a delivery as relayed by the other side's own word, whatever state it is in; one that was never sent stays. A relayed one
 * is marked as confirmed, once.
 */
export function confirm(
  sql: SqlStorage,
  seq: number,
  remoteId: string | null,
  now: number,
): { result: 'settled'; is_cancelled: 0 | 1 } | { result: 'confirmed' | 'nothing' } {
  const [settled] = sql
    .exec<{ is_cancelled: 0 | 1 }>(
      `UPDATE deliveries SET state = 'relayed', relayed_at = ?1, confirmed_at = ?1, changed_at = ?1, next_attempt_at = NULL,
       not_before = 0, remote_id = coalesce(?2, remote_id), last_error = NULL
     WHERE seq = ?3 AND attempts > 0
       AND state IN ('queued', 'sending', 'unconfirmed', 'rejected', 'failed', 'cancelled') RETURNING is_cancelled`,
      now,
      remoteId,
      seq,
    )
    .toArray()
  if (settled) return { result: 'settled', ...settled }
  const confirmed = sql.exec(
    `UPDATE deliveries SET confirmed_at = ?1, remote_id = coalesce(remote_id, ?2)
     WHERE seq = ?3 AND state = 'relayed' AND confirmed_at IS NULL`,
    now,
    remoteId,
    seq,
  )
  return { result: confirmed.rowsWritten > 0 ? 'confirmed' : 'nothing' }
}

/** A delivery that was given up. */
export type GivenUp = Pick<Delivery, 'seq' | 'external_id' | 'number' | 'lost'>

/** Gives up the waiting deliveries whose time has run out, the longest due first, at most `most`. */
export function giveUp(sql: SqlStorage, destination: Destination, now: number, most: number): GivenUp[] {
  const late = sql
    .exec<GivenUp & { detail: string }>(
      `UPDATE deliveries SET state = 'failed', next_attempt_at = NULL, changed_at = ?1
       WHERE seq IN (SELECT seq FROM deliveries INDEXED BY deliveries_by_state
                     WHERE destination = ?2 AND state IN ('queued', 'unconfirmed') AND state <> 'relayed' AND give_up_at <= ?1
                     LIMIT ?3)
         AND state IN ('queued', 'unconfirmed')
       RETURNING seq, external_id, number, lost`,
      now,
      destination,
      most,
    )
    .toArray()
  for (const { seq, lost } of late)
    addEntry(sql, seq, {
      at: now,
      outcome: 'given-up',
      detail: lost > 0 ? 'It may have arrived: an answer was lost.' : 'It can not have arrived.',
    })
  return late
}

/** Who did something to a delivery, as its history tells it. */
export type Actor = 'api' | 'console' | 'shopline' | 'erasure'

/**
 * Withdraws a delivery: nothing of it is sent any more. `last-attempt`: one is under way, and is the last. `relayed`: it is too late.
 */
export function cancel(
  sql: SqlStorage,
  seq: number,
  by: Actor,
  now: number,
): 'cancelled' | 'last-attempt' | 'relayed' | 'was-cancelled' {
  const cancelled = sql.exec(
    `UPDATE deliveries SET state = 'cancelled', is_cancelled = 1, next_attempt_at = NULL, changed_at = ?
     WHERE seq = ? AND state IN ('queued', 'unconfirmed', 'rejected', 'failed')`,
    now,
    seq,
  )
  const [row] =
    cancelled.rowsWritten > 0
      ? [{ state: 'cancelled' as State, is_cancelled: 0 }]
      : sql
          .exec<{ state: State; is_cancelled: number }>(
            'SELECT state, is_cancelled FROM deliveries WHERE seq = ?',
            seq,
          )
          .toArray()
  if (!row || row.state === 'relayed') return 'relayed'
  if (row.is_cancelled === 1) return row.state === 'sending' ? 'last-attempt' : 'was-cancelled'
  addEntry(sql, seq, { at: now, outcome: 'cancelled', detail: `By ${by}.` })
  if (row.state !== 'sending') return 'cancelled'
  sql.exec("UPDATE deliveries SET is_cancelled = 1 WHERE seq = ? AND state = 'sending'", seq)
  return 'last-attempt'
}

/**
 * Takes an operator's word for whether a delivery has arrived. Not there, it is queued, due at once and no longer in doubt. Says
 * whether it was in a state to be decided on.
 */
export function decide(
  sql: SqlStorage,
  seq: number,
  decision: { arrived: true; remoteId: string | null } | { arrived: false; giveUpAt: number },
  by: Actor,
  now: number,
): boolean {
  const decided = decision.arrived
    ? sql.exec(
        `UPDATE deliveries SET state = 'relayed', relayed_at = ?1, changed_at = ?1, next_attempt_at = NULL, not_before = 0,
           remote_id = coalesce(?2, remote_id), last_error = NULL
         WHERE seq = ?3 AND state IN ('unconfirmed', 'failed', 'rejected')`,
        now,
        decision.remoteId,
        seq,
      )
    : sql.exec(
        `UPDATE deliveries SET state = 'queued', lost = 0, resent = 0, next_attempt_at = ?1, not_before = 0, give_up_at = ?2,
           changed_at = ?1
         WHERE seq = ?3 AND state IN ('unconfirmed', 'failed', 'rejected') AND body IS NOT NULL`,
        now,
        decision.giveUpAt,
        seq,
      )
  if (decided.rowsWritten === 0) return false
  addEntry(sql, seq, { at: now, outcome: decision.arrived ? 'arrived' : 'not-arrived', detail: `By ${by}.` })
  return true
}

/** What an operator's retry met. */
export type Retry =
  | { result: 'retried'; delivery: Delivery }
  | { result: 'not-found' | 'not-retryable' | 'erased' }
export type NotRetried = Exclude<Retry['result'], 'retried'>

/** Puts a delivery back into the queue, due at once, with the clock for giving up started anew. */
export function retry(sql: SqlStorage, seq: number, by: Actor, now: number, giveUpAt: number): Retry {
  const delivery = readDelivery(sql, seq)
  if (!delivery) return { result: 'not-found' }
  if (!isRetryable(delivery.state)) return { result: 'not-retryable' }
  if (delivery.body === null && delivery.refers === null) return { result: 'erased' }
  sql.exec(
    `UPDATE deliveries SET state = 'queued', is_cancelled = 0, next_attempt_at = ?1, not_before = 0, give_up_at = ?2, changed_at = ?1
     WHERE seq = ?3 AND state IN (${listOf(['failed', 'rejected', 'unconfirmed', 'cancelled'])})`,
    now,
    giveUpAt,
    seq,
  )
  addEntry(sql, seq, { at: now, outcome: 'retried', detail: `By ${by}.` })
  return {
    result: 'retried',
    delivery: { ...delivery, state: 'queued', not_before: 0, give_up_at: giveUpAt },
  }
}

/**
 * Puts every delivery of a state back into its destination's queue, and returns how many. One that may have arrived keeps its own
 * time, whoever asks.
 */
export function retryAll(
  sql: SqlStorage,
  destination: Destination,
  state: BulkRetryable,
  by: Actor,
  now: number,
  giveUpAt: number,
): number {
  const retried = sql
    .exec<{ seq: number }>(
      `UPDATE deliveries SET state = iif(state = 'unconfirmed' AND lost > 0, state, 'queued'),
         next_attempt_at = iif(lost > 0, max(?1, not_before), ?1),
         not_before = iif(lost > 0, not_before, 0), give_up_at = ?2, changed_at = ?1
       WHERE seq IN (SELECT seq FROM deliveries INDEXED BY deliveries_by_state
                     WHERE destination = ?3 AND state = ?4 AND state <> 'relayed')
         AND state IN (${listOf(['failed', 'rejected', 'unconfirmed'])}) AND (body IS NOT NULL OR refers IS NOT NULL)
       RETURNING seq`,
      now,
      giveUpAt,
      destination,
      state,
    )
    .toArray()
  for (const { seq } of retried) addEntry(sql, seq, { at: now, outcome: 'retried', detail: `By ${by}.` })
  return retried.length
}

const listOf = (states: readonly Retryable[]) => states.map((state) => `'${state}'`).join(', ')

/**
 * Puts a corrected order in the place of one that can't have arrived, due at once; the old body stays in the history. Null when the
 * order is in no such state.
 */
export function replace(
  sql: SqlStorage,
  { seq, body }: Pick<Delivery, 'seq' | 'body'>,
  corrected: Pick<NewDelivery, 'number' | 'digest' | 'warnings' | 'body' | 'give_up_at'>,
  now: number,
): Delivery | null {
  const [replaced] = sql
    .exec<Delivery>(
      `UPDATE deliveries SET state = 'queued', number = ?1, digest = ?2, warnings = ?3, next_attempt_at = max(?4, not_before),
         give_up_at = ?5, changed_at = ?4, body = ?6
       WHERE seq = ?7 AND state IN ('rejected', 'queued') AND lost = 0 RETURNING ${COLUMNS}`,
      corrected.number,
      corrected.digest,
      corrected.warnings,
      now,
      corrected.give_up_at,
      corrected.body,
      seq,
    )
    .toArray()
  if (replaced) addEntry(sql, seq, { at: now, outcome: 'replaced', body })
  return replaced ?? null
}

/** When a gate opens nothing waits out the back-off that the outage gave it, but for what was asked to wait or is in doubt. */
export function wakeAll(sql: SqlStorage, destination: Destination, now: number): void {
  sql.exec(
    `UPDATE deliveries SET next_attempt_at = max(not_before, ?1)
     WHERE seq IN (SELECT seq FROM deliveries INDEXED BY deliveries_by_state
                   WHERE destination = ?2 AND state IN ('queued', 'unconfirmed') AND state <> 'relayed'
                     AND next_attempt_at > ?1 AND not_before < next_attempt_at)`,
    now,
    destination,
  )
}

/**
 * Mends the times of what was changed while the clock ran ahead: it would sleep until the clock catches up. What is due within
 * `soonMs` may stay as it is.
 */
export function mendTimes(sql: SqlStorage, destination: Destination, now: number, soonMs: number): void {
  sql.exec(
    `UPDATE deliveries SET next_attempt_at = max(?1, next_attempt_at - (changed_at - ?1)),
       not_before = max(0, not_before - (changed_at - ?1)), give_up_at = give_up_at - (changed_at - ?1), changed_at = ?1
     WHERE changed_at > ?1 AND seq IN (SELECT seq FROM deliveries INDEXED BY deliveries_by_state
       WHERE destination = ?2 AND state IN ('queued', 'unconfirmed') AND state <> 'relayed' AND next_attempt_at > ?3)`,
    now,
    destination,
    now + soonMs,
  )
}

/** A line of a delivery's history: an attempt that ended, or what was done to it. `at` is when it began. */
export interface Entry {
  at: number
  outcome:
    | Outcome['outcome']
    | 'fault'
    | 'retried'
    | 'replaced'
    | 'given-up'
    | 'changed'
    | 'cancelled'
    | 'arrived'
    | 'not-arrived'
    | 'twice'
    | 'erased'
  status?: number | null
  duration_ms?: number | null
  detail?: string | null
  body?: string | null
}

export function addEntry(sql: SqlStorage, seq: number, entry: Entry): void {
  sql.exec(
    `INSERT INTO history (delivery, entry, at, outcome, status, duration_ms, detail, body)
     VALUES (?1, (SELECT coalesce(max(entry), 0) + 1 FROM history WHERE delivery = ?1), ?2, ?3, ?4, ?5, ?6, ?7)`,
    seq,
    entry.at,
    entry.outcome,
    entry.status ?? null,
    entry.duration_ms ?? null,
    entry.detail ?? null,
    entry.body ?? null,
  )
}

/** The body of the last line of that kind; null when there is none. */
export function lastBody(sql: SqlStorage, seq: number, outcome: Entry['outcome']): string | null {
  const rows = sql.exec<{ body: string | null }>(
    'SELECT body FROM history WHERE delivery = ? AND outcome = ? ORDER BY entry DESC LIMIT 1',
    seq,
    outcome,
  )
  return rows.toArray()[0]?.body ?? null
}

/** Erases what is personal of a delivery: its content, and the words of others. What it is and became stays. */
export function eraseContent(sql: SqlStorage, seq: number): void {
  sql.exec('UPDATE deliveries SET body = NULL, last_error = NULL, warnings = NULL WHERE seq = ?', seq)
  sql.exec('UPDATE history SET detail = NULL, body = NULL WHERE delivery = ?', seq)
}

/** Forgets a delivery that was forwarded, altogether. */
export function forget(sql: SqlStorage, seq: number): void {
  sql.exec('DELETE FROM history WHERE delivery = ?', seq)
  sql.exec("DELETE FROM deliveries WHERE seq = ? AND destination <> 'orders'", seq)
}

/**
 * Notes of the `rejected`, `failed` and `cancelled` deliveries that have not changed since `until` that their erasure was told
 * of, at most `most`, and returns how many of them are orders. One that changes afterwards is told of anew.
 */
export function noteWarned(sql: SqlStorage, until: number, now: number, most: number): number {
  return sql
    .exec<{ destination: Destination }>(
      `UPDATE deliveries SET warned_at = ?1
       WHERE seq IN (SELECT seq FROM deliveries INDEXED BY deliveries_unsettled
                     WHERE state IN ('rejected', 'failed', 'cancelled') AND (body IS NOT NULL OR refers IS NOT NULL)
                       AND changed_at <= ?2 AND (warned_at IS NULL OR warned_at <= changed_at) LIMIT ?3)
       RETURNING destination`,
      now,
      until,
      most,
    )
    .toArray()
    .filter(({ destination }) => destination === 'orders').length
}
