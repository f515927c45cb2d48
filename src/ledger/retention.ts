import { readSettings } from '../settings.ts'
import { alert } from './outbox.ts'

const DAY_MS = 86_400_000
/** How long before its erasure an operator is told of an order that never arrived, in milliseconds. */
const NOTICE_MS = 7 * DAY_MS
/** The most rows of a kind that one sweep erases, so that nobody waits for it; the next sweep goes on. */
const MOST_ROWS = 200

/**
 * Erases what is personal once RETENTION_DAYS have passed: bodies, the other side's words, event payloads. IDs, digests and
 * states stay. What was not delivered is erased a week after an alert at the earliest.
 *
 * Returns when the alarm must go off, as `alert` does.
 */
export function erase(env: Env, sql: SqlStorage, now: number): number {
  const read = readSettings(env, ['RETENTION_DAYS'])
  if (!read.ok) return Number.POSITIVE_INFINITY
  const retention = read.value.RETENTION_DAYS * DAY_MS
  const notice = Math.min(NOTICE_MS, retention)
  const horizon = now - retention

  const wake = warn(env, sql, horizon + notice, now)
  eraseDeliveries(sql, "state = 'relayed' AND relayed_at <= ?", [horizon])
  eraseDeliveries(
    sql,
    "state IN ('rejected', 'failed') AND changed_at <= ? AND warned_at > changed_at AND warned_at <= ?",
    [horizon, now - notice],
  )
  sql.exec(
    `UPDATE events SET payload = NULL
     WHERE seq IN (SELECT seq FROM events WHERE payload IS NOT NULL AND received_at <= ? LIMIT ?)`,
    horizon,
    MOST_ROWS,
  )
  return wake
}

/** Tells of the orders that were rejected or failed and have not changed since `until`, once. */
function warn(env: Env, sql: SqlStorage, until: number, now: number): number {
  const warned = sql
    .exec<{ destination: string }>(
      `UPDATE deliveries SET warned_at = ?1
       WHERE seq IN (SELECT seq FROM deliveries WHERE state IN ('rejected', 'failed') AND body IS NOT NULL
                     AND changed_at <= ?2 AND (warned_at IS NULL OR warned_at <= changed_at) LIMIT ?3)
       RETURNING destination`,
      now,
      until,
      MOST_ROWS,
    )
    .toArray()
  const count = warned.filter(({ destination }) => destination === 'orders').length
  if (count === 0) return Number.POSITIVE_INFINITY
  const orders = count === 1 ? 'A rejected or failed order is' : `${count} rejected or failed orders are`
  const text = `${orders} erased in a week, after RETENTION_DAYS, unless retried.`
  return alert(env, sql, { kind: 'erasure-ahead', text, count }, now)
}

function eraseDeliveries(sql: SqlStorage, condition: string, bindings: readonly number[]): void {
  const erased = sql
    .exec<{ seq: number }>(
      `UPDATE deliveries SET body = NULL, last_error = NULL
       WHERE seq IN (SELECT seq FROM deliveries WHERE body IS NOT NULL AND ${condition} LIMIT ?)
       RETURNING seq`,
      ...bindings,
      MOST_ROWS,
    )
    .toArray()
  for (const { seq } of erased)
    sql.exec('UPDATE history SET detail = NULL, body = NULL WHERE delivery = ?', seq)
}
