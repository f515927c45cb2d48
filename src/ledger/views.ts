import type { Design } from '../catalogue/design.ts'
import type { Channels } from './channel.ts'
import { type Destination, FORWARDED, type Forwarded, type State } from './delivery.ts'
import { factsOf } from './designs.ts'
import type { Gate } from './gate.ts'
import type { Warning } from './new-order.ts'
import { type Page, paged, prefixRange } from './page.ts'
import { FIRST_FORWARDED } from './schema.ts'

/** What is told of every delivery, without its content. Times are ISO 8601 in UTC. */
interface Common {
  state: State
  attempts: number
  next_attempt_at: string | null
  /** What the last attempt that failed was told, at most 2 KB. */
  last_error: string | null
  received_at: string
  relayed_at: string | null
}

/** An order as the store's backend sees it. */
export interface OrderView extends Common {
  external_id: string
  external_order_number: string
  source: string
  /** An answer was lost, so it may be there already; of a relayed order, that it may be there twice. */
  may_have_arrived: boolean
  /** Sign Customiser's own order ID, as it gave it; null while unknown. */
  sign_customiser_order_id: string | number | null
  /** When its `order:created` came. */
  confirmed_at: string | null
  /** What looks wrong about it although it was taken. */
  warnings: Warning[]
}

/** An event or an alert on its way. */
export interface DeliveryView extends Common {
  /** Also the `webhook-id` of a forwarded event. */
  id: string
  destination: Destination
  /** The event's type or the alert's kind. */
  type: string
}

/** One line of a delivery's history: an attempt, or what was done to the delivery. */
export interface HistoryEntry {
  at: string
  outcome: string
  status: number | null
  duration_ms: number | null
  detail: string | null
}

export type OrderWithHistory = OrderView & { history: HistoryEntry[] }
export type DeliveryWithHistory = DeliveryView & { history: HistoryEntry[] }

type Row = {
  seq: number
  destination: Destination
  external_id: string
  number: string | null
  source: string
  state: State
  attempts: number
  lost: number
  resent: number
  next_attempt_at: number | null
  received_at: number
  changed_at: number
  relayed_at: number | null
  confirmed_at: number | null
  first_status: number | null
  first_ms: number | null
  remote_id: string | null
  warnings: string | null
  last_error: string | null
}

const COLUMNS = `seq, destination, external_id, number, source, state, attempts, lost, resent, next_attempt_at, received_at,
  changed_at, relayed_at, confirmed_at, first_status, first_ms, remote_id, warnings, last_error`

const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString())

const commonOf = (row: Row): Common => ({
  state: row.state,
  attempts: row.attempts,
  // The lease of an attempt under way is no plan to try again.
  next_attempt_at: row.state === 'sending' ? null : iso(row.next_attempt_at),
  last_error: row.last_error,
  received_at: new Date(row.received_at).toISOString(),
  relayed_at: iso(row.relayed_at),
})

const orderOf = (row: Row): OrderView => ({
  external_id: row.external_id,
  external_order_number: row.number ?? row.external_id,
  source: row.source,
  ...commonOf(row),
  may_have_arrived: row.state === 'relayed' ? row.resent > 0 : row.lost > 0,
  sign_customiser_order_id: row.remote_id === null ? null : JSON.parse(row.remote_id),
  confirmed_at: iso(row.confirmed_at),
  warnings: row.warnings === null ? [] : JSON.parse(row.warnings),
})

const deliveryOf = (row: Row): DeliveryView => ({
  id: row.external_id,
  destination: row.destination,
  type: row.source,
  ...commonOf(row),
})

type Line = Omit<HistoryEntry, 'at'> & { at: number }
const line = (at: number, outcome: string, more: Partial<Line> = {}): Line => ({
  at,
  outcome,
  status: null,
  duration_ms: null,
  detail: null,
  ...more,
})

/**
 * Everything that happened to a delivery, oldest first. Some of it is told by the row itself: a first attempt that relayed, a
 * confirmation, and the attempt that is under way, which began at `changed_at`. One that was confirmed before its answer came
 * shows the attempt once that ends.
 */
function historyOf(sql: SqlStorage, row: Row): HistoryEntry[] {
  const lines = sql
    .exec<Line>(
      'SELECT at, outcome, status, duration_ms, detail FROM history WHERE delivery = ? ORDER BY entry',
      row.seq,
    )
    .toArray()
  const { relayed_at, first_status, first_ms, confirmed_at } = row
  if (relayed_at !== null && first_status !== null) {
    const began = relayed_at - (first_ms ?? 0)
    const before = lines.findLastIndex(
      ({ at, outcome }) => at < began || (at <= relayed_at && COMES_BEFORE.has(outcome)),
    )
    lines.splice(before + 1, 0, line(began, 'relayed', { status: first_status, duration_ms: first_ms }))
  }
  if (confirmed_at !== null) {
    const before = lines.findLastIndex(({ at }) => at <= confirmed_at)
    lines.splice(before + 1, 0, line(confirmed_at, 'confirmed'))
  }
  if (row.state === 'sending') lines.push(line(row.changed_at, 'sending'))
  return lines.map((entry) => ({ ...entry, at: new Date(entry.at).toISOString() }))
}

/** What leads to an attempt rather than follow one that relayed, should both have happened in the same millisecond. */
const COMES_BEFORE = new Set(['retried', 'replaced', 'fault', 'not-arrived'])

const readRow = (sql: SqlStorage, destination: Destination, externalId: string): Row | null =>
  sql
    .exec<Row>(
      `SELECT ${COLUMNS} FROM deliveries WHERE destination = ? AND external_id = ?`,
      destination,
      externalId,
    )
    .toArray()[0] ?? null

/** One order with everything that happened to it; null when there is none of that ID. */
export function readOrder(sql: SqlStorage, externalId: string): OrderWithHistory | null {
  const row = readRow(sql, 'orders', externalId)
  return row && { ...orderOf(row), history: historyOf(sql, row) }
}

/** An order without what anybody said of it, for those who are not its own store's backend. */
export const wordless = (order: OrderWithHistory): OrderWithHistory => ({
  ...order,
  last_error: null,
  history: order.history.map((entry) => ({ ...entry, detail: null })),
})

/** One delivery that is no order, with everything that happened to it; null when there is none. */
export function readForwarded(sql: SqlStorage, id: string): (DeliveryWithHistory & { seq: number }) | null {
  for (const destination of FORWARDED) {
    const row = readRow(sql, destination, id)
    if (row) return { seq: row.seq, ...deliveryOf(row), history: historyOf(sql, row) }
  }
  return null
}

/**
 * The condition for a destination's deliveries in a state; it binds the two in this order.
 *
 * What is relayed is most of the table, which is walked in its sequence: the `+` keep the planner from an index. For the few others it
 * must be told of the index that holds only them.
 */
const ofState = (state: State): string =>
  state === 'relayed'
    ? '+destination = ? AND +state = ?'
    : `seq IN (SELECT seq FROM deliveries INDEXED BY deliveries_by_state
               WHERE destination = ? AND state = ? AND state <> 'relayed')`

export interface OrderQuery {
  state: State | null
  q: string | null
  /** Only those that may have arrived, or may be there twice. */
  mayHaveArrived: boolean
  limit: number
  before: number
}

/** Orders newest first, by state and by the beginning of an order ID, an order number or a product ID. */
export function listOrders(
  sql: SqlStorage,
  { state, q, mayHaveArrived, limit, before }: OrderQuery,
): Page<OrderView> {
  const conditions = ['seq < ?']
  const bindings: (string | number)[] = [Math.min(before, FIRST_FORWARDED)]
  if (state !== null) {
    conditions.push(ofState(state))
    bindings.push('orders', state)
  }
  if (mayHaveArrived)
    conditions.push(
      `seq IN (SELECT seq FROM deliveries INDEXED BY deliveries_in_doubt
               WHERE destination = 'orders' AND lost > 0 AND (state <> 'relayed' OR resent > 0))`,
    )
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
  return paged(rows, limit, orderOf)
}

/** What is forwarded, newest first, by destination and by state. */
export function listForwarded(
  sql: SqlStorage,
  query: { destination: Forwarded | null; state: State | null; limit: number; before: number },
): Page<DeliveryView> {
  const { destination, limit } = query
  // One destination at a time, since an index has each in order.
  const rows = (destination === null ? FORWARDED : [destination]).flatMap((to) => newest(sql, to, query))
  return paged(
    rows.sort((a, b) => b.seq - a.seq),
    limit,
    deliveryOf,
  )
}

const newest = (
  sql: SqlStorage,
  destination: Forwarded,
  { state, limit, before }: { state: State | null; limit: number; before: number },
): Row[] =>
  sql
    .exec<Row>(
      `SELECT ${COLUMNS} FROM deliveries INDEXED BY deliveries_forwarded
       WHERE destination = ? AND destination <> 'orders' AND seq < ? ${state === null ? '' : `AND ${ofState(state)}`}
       ORDER BY seq DESC LIMIT ?`,
      destination,
      before,
      ...(state === null ? [] : [destination, state]),
      limit + 1,
    )
    .toArray()

/** All that the ledger has of one order, for the operator who looks after it. */
export interface OrderFile {
  order: OrderWithHistory
  /** What is sent, as JSON; null once it was erased. */
  body: string | null
  /** Earlier contents, or ones that were not taken, as JSON: what was replaced, or changed in the store; oldest first. */
  others: { at: string; outcome: string; body: string }[]
  /** Until when it is tried, ISO 8601 in UTC. */
  give_up_at: string
  gate: Gate
  /** The designs of its lines. */
  designs: Design[]
}

export function readOrderFile(sql: SqlStorage, channels: Channels, externalId: string): OrderFile | null {
  const row = readRow(sql, 'orders', externalId)
  if (!row) return null
  const { body, give_up_at } = sql
    .exec<{ body: string | null; give_up_at: number }>(
      'SELECT body, give_up_at FROM deliveries WHERE seq = ?',
      row.seq,
    )
    .one()
  const others = sql
    .exec<{ at: number; outcome: string; body: string }>(
      'SELECT at, outcome, body FROM history WHERE delivery = ? AND body IS NOT NULL ORDER BY entry',
      row.seq,
    )
    .toArray()
  const { products = [] }: { products?: { external_id: string }[] } = JSON.parse(body ?? '{}')
  const designs = [...new Set(products.map(({ external_id }) => external_id))]
    .map((id) => factsOf(sql, id))
    .filter((facts) => facts !== null)
  return {
    order: { ...orderOf(row), history: historyOf(sql, row) },
    body,
    others: others.map(({ at, ...other }) => ({ at: new Date(at).toISOString(), ...other })),
    give_up_at: new Date(give_up_at).toISOString(),
    gate: channels.orders.gate,
    designs: designs.map((facts): Design => JSON.parse(facts)),
  }
}

/** An order as a product's row names it. */
export type OrderName = { external_id: string; number: string; state: State }

/** The newest orders that a product is in, at most `most`. */
export function ordersWith(sql: SqlStorage, product: string, most: number): OrderName[] {
  return sql
    .exec<OrderName>(
      `SELECT external_id, number, state FROM delivery_products JOIN deliveries ON seq = delivery
       WHERE product = ? ORDER BY delivery DESC LIMIT ?`,
      product,
      most,
    )
    .toArray()
}
