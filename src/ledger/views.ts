import type { State } from './delivery.ts'
import { type HistoryEntry, iso, readHistory } from './history.ts'
import { ofState } from './of-state.ts'
import { type Page, paged, prefixRange } from './page.ts'

/** An order as the store's backend sees it, without its content. Times are ISO 8601 in UTC. */
export interface OrderView {
  external_id: string
  external_order_number: string
  source: string
  state: State
  attempts: number
  next_attempt_at: string | null
  /** Sign Customiser's own order ID, as it gave it; null while unknown. */
  sign_customiser_order_id: string | number | null
  /** What the last attempt that failed was told, at most 2 KB. */
  last_error: string | null
  received_at: string
  relayed_at: string | null
}

export type OrderStory = OrderView & { history: HistoryEntry[] }

type Row = Omit<
  OrderView,
  'external_order_number' | 'next_attempt_at' | 'sign_customiser_order_id' | 'received_at' | 'relayed_at'
> & {
  seq: number
  number: string
  next_attempt_at: number | null
  remote_id: string | null
  received_at: number
  changed_at: number
  relayed_at: number | null
}

const COLUMNS =
  'seq, external_id, number, source, state, attempts, next_attempt_at, remote_id, last_error, received_at, changed_at, relayed_at'

const viewOf = (row: Row): OrderView => ({
  external_id: row.external_id,
  external_order_number: row.number,
  source: row.source,
  state: row.state,
  attempts: row.attempts,
  // The lease of an attempt under way is no plan to try again.
  next_attempt_at: row.state === 'sending' ? null : iso(row.next_attempt_at),
  sign_customiser_order_id: row.remote_id === null ? null : JSON.parse(row.remote_id),
  last_error: row.last_error,
  received_at: new Date(row.received_at).toISOString(),
  relayed_at: iso(row.relayed_at),
})

/** One order with everything that happened to it, oldest first; null when there is none of that ID. */
export function readOrder(sql: SqlStorage, externalId: string): OrderStory | null {
  const [row] = sql
    .exec<Row>(
      `SELECT ${COLUMNS} FROM deliveries WHERE destination = 'orders' AND external_id = ?`,
      externalId,
    )
    .toArray()
  if (!row) return null
  return { ...viewOf(row), history: readHistory(sql, row) }
}

/** Orders newest first, by state and by the beginning of an order ID, an order number or a product ID. */
export function listOrders(
  sql: SqlStorage,
  { state, q, limit, before }: { state: State | null; q: string | null; limit: number; before: number },
): Page<OrderView> {
  const conditions = ["destination = 'orders'", 'seq < ?']
  const bindings: (string | number)[] = [before]
  if (state !== null) {
    conditions.push(ofState(state))
    bindings.push('orders', state)
  }
  if (q !== null) {
    conditions.push(
      `seq IN (SELECT seq FROM deliveries WHERE destination = 'orders' AND external_id >= ? AND external_id < ?
               UNION SELECT seq FROM deliveries WHERE number >= ? AND number < ?
               UNION SELECT delivery FROM delivery_products WHERE product >= ? AND product < ?)`,
    )
    const range = prefixRange(q)
    bindings.push(...range, ...range, ...range)
  }
  const rows = sql.exec<Row>(
    `SELECT ${COLUMNS} FROM deliveries WHERE ${conditions.join(' AND ')} ORDER BY seq DESC LIMIT ?`,
    ...bindings,
    limit + 1,
  )
  return paged(rows.toArray(), limit, viewOf)
}
