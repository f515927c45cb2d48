import type { JsonObject } from '../http/json.ts'
import { cancel, standsCancelled } from './cancellation.ts'
import { giveUpAt } from './channel.ts'
import { addEntry } from './deliveries.ts'
import { issuedAmong } from './issued.ts'
import { setMark } from './marks.ts'
import type { NewOrder } from './new-order.ts'
import type { OrderReport, ReportResult } from './order-report.ts'
import { accept, type Known, readKnown } from './orders.ts'
import { alert } from './outbox.ts'
import { retry } from './retry.ts'

/**
 * Takes in what a platform reports of an order: it is relayed once, whatever is reported of it and however often. Lines are
 * signs where the ledger issued their product.
 *
 * Writes without an `await`, so that the caller's writes beside it join the commit. `now` in milliseconds since 1970.
 */
export function takeReport(env: Env, sql: SqlStorage, report: OrderReport, now: number): ReportResult {
  if (report.standing === 'cancelled') return cancel(env, sql, report, now)
  if (report.order === null) return 'fetching'
  if (report.standing === 'waiting') return 'waiting'
  const cancelled = standsCancelled(sql, report)
  if (cancelled === 'still') return 'cancelled'

  const known = readKnown(sql, report.external_id)
  const issued = issuedAmong(sql, report.order.products)
  if (known) return takeAgain(env, sql, known, only(report.order, issued), cancelled === 'no more', now)
  if (issued.size === 0) return 'no-signs'

  const shared = sharedProducts(sql, report)
  const signs = new Set([...issued].filter((product) => !shared.has(product)))
  const isNews = signs.size < issued.size && setMark(sql, 'shared', report.external_id)
  if (isNews) alert(env, sql, sharedAlert(report.order), now)
  if (signs.size === 0) return 'shared'

  accept(sql, only(report.order, signs), now, giveUpAt(env, now))
  for (const related of new Set(report.related))
    sql.exec('INSERT INTO related_orders (related, external_id) VALUES (?, ?)', related, report.external_id)
  return 'accepted'
}

/** A known order is not relayed anew, unless it was rejected and is another now; a change of it is for the operator to see. */
function takeAgain(
  env: Env,
  sql: SqlStorage,
  known: Known,
  order: NewOrder,
  isReopened: boolean,
  now: number,
): ReportResult {
  const isSame = known.body === null || known.body === order.body
  if (isSame && !isReopened) return 'seen'
  if (isSame)
    return retry(sql, ['orders'], order.external_id, now, giveUpAt(env, now)).result === 'retried'
      ? 'accepted'
      : 'seen'

  if (order.products.length > 0 && accept(sql, order, now, giveUpAt(env, now)).result === 'accepted')
    return 'accepted'
  const [last] = sql
    .exec<{ body: string | null }>(
      `SELECT body FROM history WHERE delivery = ? AND outcome = 'changed' ORDER BY entry DESC LIMIT 1`,
      known.seq,
    )
    .toArray()
  if (last?.body === order.body) return 'seen'
  const detail = 'The order was changed in the store after it had been taken in.'
  addEntry(sql, known.seq, { at: now, outcome: 'changed', detail, body: order.body })
  return 'changed'
}

/** The order with those of its lines whose product is in `products`. */
function only(order: NewOrder, products: ReadonlySet<string>): NewOrder {
  const content: JsonObject = JSON.parse(order.body)
  const lines = Array.isArray(content.products) ? content.products : []
  const isKept = (_: unknown, line: number) => products.has(order.products[line] ?? '')
  return {
    ...order,
    body: JSON.stringify({ ...content, products: lines.filter(isKept) }),
    products: order.products.filter(isKept),
  }
}

/** The products of related orders that were relayed or are about to be. */
function sharedProducts(sql: SqlStorage, { external_id, related }: OrderReport): Set<string> {
  const rows = sql.exec<{ product: string }>(
    `SELECT product FROM deliveries JOIN delivery_products ON delivery = seq
     WHERE destination = 'orders' AND (state NOT IN ('rejected', 'failed') OR may_have_landed = 1)
       AND external_id IN (SELECT value FROM json_each(?) UNION SELECT external_id FROM related_orders WHERE related = ?)`,
    JSON.stringify(related),
    external_id,
  )
  return new Set(rows.toArray().map(({ product }) => product))
}

const sharedAlert = ({ external_id, number }: NewOrder) => ({
  kind: 'order-split' as const,
  text: `Order ${number} was split from or combined with others whose signs were handed over. Those are not handed over again.`,
  external_id,
})
