import { addEntry, type Delivery, readDelivery } from './deliveries.ts'
import type { Destination } from './delivery.ts'

/** What an operator's retry met. */
export type Retry =
  | { result: 'retried'; delivery: Delivery }
  | { result: 'not-found' | 'not-retryable' | 'erased' }

export type NotRetried = Exclude<Retry['result'], 'retried'>

/** The states that an operator can lead a delivery out of. */
export const RETRYABLE = ['failed', 'rejected', 'unconfirmed'] as const
export type Retryable = (typeof RETRYABLE)[number]
export const isRetryable = (state: string): state is Retryable =>
  RETRYABLE.some((retryable) => retryable === state)

/** Puts a delivery back into the queue, due at once, with the clock for giving up started anew. */
export function retry(
  sql: SqlStorage,
  destinations: readonly Destination[],
  externalId: string,
  now: number,
  giveUpAt: number,
): Retry {
  const [found] = sql
    .exec<{ seq: number; state: string; erased: number }>(
      `SELECT seq, state, body IS NULL AS erased FROM deliveries
       WHERE destination IN (SELECT value FROM json_each(?)) AND external_id = ?`,
      JSON.stringify(destinations),
      externalId,
    )
    .toArray()
  if (!found) return { result: 'not-found' }
  if (found.erased === 1) return { result: 'erased' }
  if (!isRetryable(found.state)) return { result: 'not-retryable' }
  requeue(sql, found.seq, now, giveUpAt)
  const delivery = readDelivery(sql, found.seq)
  return delivery ? { result: 'retried', delivery } : { result: 'not-found' }
}

/** Puts every order of a state back into the queue, but for those that were cancelled; returns how many. */
export function retryAll(sql: SqlStorage, state: Retryable, now: number, giveUpAt: number): number {
  const orders = sql
    .exec<{ seq: number }>(
      `SELECT seq FROM deliveries
       WHERE destination = 'orders' AND state = ? AND state <> 'relayed' AND body IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM marks WHERE mark = 'cancelled' AND about = external_id)`,
      state,
    )
    .toArray()
  for (const { seq } of orders) requeue(sql, seq, now, giveUpAt)
  return orders.length
}

function requeue(sql: SqlStorage, seq: number, now: number, giveUpAt: number): void {
  sql.exec(
    `UPDATE deliveries SET state = 'queued', next_attempt_at = ?1, not_before = 0, give_up_at = ?2, changed_at = ?1
     WHERE seq = ?3`,
    now,
    giveUpAt,
    seq,
  )
  addEntry(sql, seq, { at: now, outcome: 'retried' })
}
