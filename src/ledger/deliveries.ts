import type { Destination, Outcome, Progress, State } from './delivery.ts'

/** A delivery as the relay needs it. Times are milliseconds since 1970. */
export type Delivery = {
  seq: number
  destination: Destination
  external_id: string
  state: State
  attempts: number
  may_have_landed: 0 | 1
  give_up_at: number
  /** The JSON that is sent; null once it was erased. */
  body: string | null
}

const COLUMNS = 'seq, destination, external_id, state, attempts, may_have_landed, give_up_at, body'

export function readDelivery(sql: SqlStorage, seq: number): Delivery | null {
  return sql.exec<Delivery>(`SELECT ${COLUMNS} FROM deliveries WHERE seq = ?`, seq).toArray()[0] ?? null
}

export const isWaiting = ({ state }: Pick<Delivery, 'state'>) => state === 'queued' || state === 'unconfirmed'

/**
 * Takes a waiting delivery for one attempt, before anything leaves. The row is the record of an attempt under way, which began at
 * its `changed_at`; the history gets its line when it ends.
 */
export function lease(sql: SqlStorage, delivery: Delivery, now: number, until: number): Delivery {
  sql.exec(
    `UPDATE deliveries SET state = 'sending', attempts = attempts + 1, next_attempt_at = ?, changed_at = ? WHERE seq = ?`,
    until,
    now,
    delivery.seq,
  )
  return { ...delivery, state: 'sending', attempts: delivery.attempts + 1 }
}

/** Writes down where an attempt led, and says so; a delivery that was settled meanwhile stays as it is. */
export function advance(sql: SqlStorage, seq: number, progress: Progress, now: number): boolean {
  const updated = sql.exec(
    `UPDATE deliveries SET state = ?, may_have_landed = ?, next_attempt_at = ?, not_before = ?, relayed_at = ?,
       remote_id = ?, last_error = ?, changed_at = ? WHERE seq = ? AND state = 'sending'`,
    progress.state,
    progress.may_have_landed,
    progress.next_attempt_at,
    progress.not_before,
    progress.relayed_at,
    progress.remote_id,
    progress.last_error,
    now,
    seq,
  )
  return updated.rowsWritten > 0
}

/** Takes back an attempt that never left: it does not count. A delivery that was settled meanwhile stays as it is. */
export function putBack(sql: SqlStorage, { seq }: Delivery, again: number, now: number): void {
  sql.exec(
    `UPDATE deliveries SET state = 'queued', attempts = attempts - 1, next_attempt_at = ?, changed_at = ?
     WHERE seq = ? AND state = 'sending'`,
    again,
    now,
    seq,
  )
}

/** A line of a delivery's history: an attempt that ended, or what an operator or an event did to it. `at` is when it began. */
export interface Entry {
  at: number
  outcome:
    | Outcome['outcome']
    | 'fault'
    | 'retried'
    | 'replaced'
    | 'given-up'
    | 'confirmed'
    | 'changed'
    | 'cancelled'
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
