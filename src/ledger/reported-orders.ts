import type { JsonObject } from '../http/json.ts'
import type { Context } from './channel.ts'
import { addEntry, cancel, findDelivery, lastBody, retry } from './deliveries.ts'
import { issuedAmong } from './designs.ts'
import type { EventKey } from './events.ts'
import { clearMark, noteNewest, readMark, setMark } from './marks.ts'
import type { NewOrder } from './new-order.ts'
import { nameOf, tellOfCancelled } from './notices.ts'
import { accept, type Known, readKnown } from './orders.ts'
import { alert, queue } from './outbox.ts'
import { prefixRange } from './page.ts'

/** What a store's platform reports of an order, once or more often, in any sequence. */
export interface OrderReport {
  external_id: string
  /** `waiting`: not to be relayed yet; a later report may say otherwise. */
  standing: 'ready' | 'waiting' | 'cancelled'
  /** The order with all its lines, of which only signs are relayed; null when the report merely points to it. */
  order: NewOrder | null
  /** The IDs of orders that it was split from, combined out of, or split into: the same signs under another ID. */
  related: readonly string[]
  /** When the platform last changed the order, in milliseconds since 1970; null when it does not say. */
  updated_at: number | null
}

/**
 * What came of a report. `shared`: related orders have all of its signs. `fetching`: the order must be fetched first.
 * `changed`: the order is known, its new content stands in its history. `outdated`: a newer report was acted on before.
 */
export type ReportResult =
  | 'accepted'
  | 'seen'
  | 'changed'
  | 'no-signs'
  | 'waiting'
  | 'cancelled'
  | 'shared'
  | 'fetching'
  | 'outdated'

/**
 * Takes in what a platform reports of an order: it is relayed once, whatever is reported of it and however often. Nothing that is
 * older than what was acted on before moves it. Lines are signs where the ledger issued their product.
 *
 * Writes without an `await`, so that the caller's writes beside it join the commit. `now` in milliseconds since 1970.
 */
export function takeReport(ctx: Context, report: OrderReport, now: number): ReportResult {
  const { sql } = ctx
  const { external_id, standing, order, updated_at } = report
  if (order === null && standing !== 'cancelled') return isActedOn(sql, report) ? 'seen' : 'fetching'
  if (updated_at !== null && !noteNewest(sql, 'reported', external_id, updated_at))
    return readMark(sql, 'cancelled', external_id) === undefined ? 'outdated' : 'cancelled'
  if (standing === 'cancelled' || order === null) return takeCancellation(ctx, report, now)
  if (standing === 'waiting') return 'waiting'
  const cancelled = standsCancelled(sql, report)
  if (cancelled === 'still') return 'cancelled'

  const known = readKnown(sql, external_id)
  const issued = issuedAmong(
    sql,
    order.lines.map((line) => line.external_id),
  )
  if (known) return takeAgain(ctx, known, only(order, issued), cancelled === 'no more', now)
  if (issued.size === 0) return 'no-signs'

  const shared = sharedProducts(sql, report)
  const signs = new Set([...issued].filter((product) => !shared.has(product)))
  if (signs.size < issued.size && setMark(sql, 'shared', external_id)) tellOfShared(ctx, order, now)
  if (signs.size === 0) return 'shared'

  accept(ctx, only(order, signs), now)
  for (const related of new Set(report.related))
    sql.exec(
      'INSERT OR IGNORE INTO related_orders (related, external_id) VALUES (?, ?)',
      related,
      external_id,
    )
  return 'accepted'
}

/** Whether the order was acted on as it is now: to fetch it would bring nothing new. */
function isActedOn(sql: SqlStorage, { external_id, updated_at }: OrderReport): boolean {
  const newest = readMark(sql, 'reported', external_id)
  return typeof newest === 'number' && updated_at !== null && updated_at <= newest
}

/** A known order is not relayed anew, unless it can't have arrived and is another now; a change of it is for the operator to see. */
function takeAgain(
  ctx: Context,
  known: Known,
  order: NewOrder,
  isReopened: boolean,
  now: number,
): ReportResult {
  const { sql, channels, alarm } = ctx
  const isSame = known.body === null || known.body === order.body
  if (isSame && !isReopened) return 'seen'
  const isRetried =
    isReopened && retry(sql, known.seq, 'shopline', now, channels.orders.giveUpAt(now)).result === 'retried'
  if (isRetried) alarm.by(Math.max(now, channels.orders.gate.closed_until ?? now))
  if (isSame) return isRetried ? 'accepted' : 'seen'

  if (order.lines.length > 0 && accept(ctx, order, now).result === 'accepted') return 'accepted'
  if (lastBody(sql, known.seq, 'changed') === order.body) return 'seen'
  const detail = 'The order was changed in the store after it had been taken in.'
  addEntry(sql, known.seq, { at: now, outcome: 'changed', detail, body: order.body })
  return 'changed'
}

/**
 * Keeps a cancelled order from being relayed, even where the news of it overtook the order. One that was sent already is an
 * alert, since Sign Customiser has no call that cancels.
 */
function takeCancellation(ctx: Context, { external_id, updated_at }: OrderReport, now: number): 'cancelled' {
  if (!setMark(ctx.sql, 'cancelled', external_id, updated_at)) return 'cancelled'
  const order = findDelivery(ctx.sql, 'orders', external_id)
  if (!order) return 'cancelled'
  const cancelled = cancel(ctx.sql, order.seq, 'shopline', now)
  if (cancelled === 'relayed')
    addEntry(ctx.sql, order.seq, { at: now, outcome: 'cancelled', detail: 'By shopline.' })
  // What is under way is told of when it has arrived.
  if (cancelled === 'relayed' || (cancelled === 'cancelled' && order.lost > 0))
    tellOfCancelled(ctx, order, cancelled === 'relayed', now)
  return 'cancelled'
}

/**
 * Whether an order that is reported as ready was cancelled before. Reports come in any sequence, so only one that is known to
 * be newer than the cancellation ends it.
 */
function standsCancelled(
  sql: SqlStorage,
  { external_id, updated_at }: OrderReport,
): 'never' | 'still' | 'no more' {
  const cancelledAt = readMark(sql, 'cancelled', external_id)
  if (cancelledAt === undefined) return 'never'
  if (cancelledAt === null || updated_at === null || updated_at <= cancelledAt) return 'still'
  clearMark(sql, 'cancelled', external_id)
  return 'no more'
}

/** The order with those of its lines whose product is in `products`. */
function only(order: NewOrder, products: ReadonlySet<string>): NewOrder {
  const content: JsonObject = JSON.parse(order.body)
  const lines = Array.isArray(content.products) ? content.products : []
  const isKept = (_: unknown, line: number) => products.has(order.lines[line]?.external_id ?? '')
  return {
    ...order,
    body: JSON.stringify({ ...content, products: lines.filter(isKept) }),
    lines: order.lines.filter(isKept),
  }
}

/** The products of related orders that were relayed or are about to be. */
function sharedProducts(sql: SqlStorage, { external_id, related }: OrderReport): Set<string> {
  const rows = sql.exec<{ external_id: string }>(
    'SELECT external_id FROM related_orders WHERE related = ?',
    external_id,
  )
  const orders = new Set([...related, ...rows.toArray().map((row) => row.external_id)])
  const products = [...orders].flatMap((id) => {
    const order = findDelivery(sql, 'orders', id)
    const isOnItsWay = order && (!['rejected', 'failed', 'cancelled'].includes(order.state) || order.lost > 0)
    const content: JsonObject = isOnItsWay ? JSON.parse(order.body ?? '{}') : {}
    return (Array.isArray(content.products) ? content.products : []) as { external_id: string }[]
  })
  return new Set(products.map((product) => product.external_id))
}

function tellOfShared(ctx: Context, { external_id, number }: NewOrder, now: number): void {
  const named = nameOf({ external_id, number })
  const text = `Order ${named} was split from or combined with others whose signs were handed over. Those are not handed over again.`
  alert(ctx, { kind: 'order-split', text, external_id, external_order_number: number }, now)
}

/**
 * Takes in that the platform has an order no more, after an event had said that it has ended. An order that did not come from there
 * is not the platform's to end.
 */
export function takeGone(ctx: Context, externalId: string, now: number): ReportResult {
  if (findDelivery(ctx.sql, 'orders', externalId)?.source !== 'shopline') return 'no-signs'
  const report = { external_id: externalId, order: null, related: [], updated_at: null }
  return takeReport(ctx, { ...report, standing: 'cancelled' }, now)
}

/** What is to be fetched, and the event that asked for it. */
export interface Fetch {
  order_id: string
  topic: string
  event: EventKey
}

/** One order is fetched at most so often, in milliseconds. */
const FETCH_AGAIN_MS = 10_000

/** Has an order fetched from its platform, unless that is about to be done anyway. */
export function queueFetch(ctx: Context, fetch: Fetch, now: number): void {
  const prefix = `fetch_${fetch.order_id}_`
  const { waiting, last } = ctx.sql
    .exec<{ waiting: number | null; last: number | null }>(
      `SELECT sum(state = 'queued') AS waiting, max(changed_at) AS last FROM deliveries
       WHERE destination = 'shopline' AND external_id >= ? AND external_id < ?`,
      ...prefixRange(prefix),
    )
    .one()
  if (waiting !== null && waiting > 0) return
  const id = `${prefix}${crypto.randomUUID()}`
  const parcel = { destination: 'shopline' as const, id, source: fetch.topic, body: JSON.stringify(fetch) }
  queue(ctx, parcel, now, last === null ? now : Math.max(now, last + FETCH_AGAIN_MS))
}
