import { addEntry, isWaiting } from './deliveries.ts'
import { clearMark, readMark, setMark } from './marks.ts'
import type { OrderReport } from './order-report.ts'
import { type Known, readKnown } from './orders.ts'
import { alert } from './outbox.ts'

/**
 * Keeps a cancelled order from being relayed, even where the news of it overtook the order. One that was sent already is an
 * alert, since Sign Customiser has no call that cancels.
 */
export function cancel(env: Env, sql: SqlStorage, report: OrderReport, now: number): 'cancelled' {
  const { external_id, updated_at } = report
  if (!setMark(sql, 'cancelled', external_id, updated_at)) return 'cancelled'
  const order = readKnown(sql, external_id)
  if (!order) return 'cancelled'

  addEntry(sql, order.seq, { at: now, outcome: 'cancelled' })
  if (isWaiting(order)) putAside(sql, order, now)
  // The attempt under way is the last one.
  if (order.state === 'sending')
    sql.exec('UPDATE deliveries SET give_up_at = ? WHERE seq = ?', now, order.seq)
  if (order.state === 'relayed' || order.state === 'sending' || order.may_have_landed === 1)
    alert(
      env,
      sql,
      {
        kind: 'order-cancelled',
        text: `Order ${order.number} was cancelled in the store after it had been sent to Sign Customiser: ask them to stop it.`,
        external_id,
      },
      now,
    )
  return 'cancelled'
}

function putAside(sql: SqlStorage, { seq }: Known, now: number): void {
  sql.exec(
    `UPDATE deliveries SET state = 'rejected', next_attempt_at = NULL, last_error = ?, changed_at = ? WHERE seq = ?`,
    'Cancelled in the store.',
    now,
    seq,
  )
}

/**
 * Whether an order that is reported as ready was cancelled before. Reports come in any sequence, so only one that is known to
 * be newer than the cancellation ends it.
 */
export function standsCancelled(sql: SqlStorage, report: OrderReport): 'never' | 'still' | 'no more' {
  const { external_id, updated_at } = report
  const cancelledAt = readMark(sql, 'cancelled', external_id)
  if (cancelledAt === undefined) return 'never'
  if (cancelledAt === null || updated_at === null || updated_at <= cancelledAt) return 'still'
  clearMark(sql, 'cancelled', external_id)
  return 'no more'
}
