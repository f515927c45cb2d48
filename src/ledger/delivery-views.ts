import { DESTINATIONS, type Destination, type State } from './delivery.ts'
import { type HistoryEntry, iso, readHistory } from './history.ts'
import { ofState } from './of-state.ts'
import { type Page, paged } from './page.ts'

/** Where deliveries go that are no orders. */
export const FORWARDED = DESTINATIONS.filter((destination) => destination !== 'orders')
export type Forwarded = (typeof FORWARDED)[number]
export const isForwarded = (text: string): text is Forwarded =>
  FORWARDED.some((destination) => destination === text)

/** An event or an alert on its way, without its content. Times are ISO 8601 in UTC. */
export interface DeliveryView {
  /** Also the `webhook-id` of a forwarded event. */
  id: string
  destination: Destination
  /** The event's type or the alert's kind. */
  type: string
  state: State
  attempts: number
  next_attempt_at: string | null
  /** What the last attempt that failed was told, at most 2 KB. */
  last_error: string | null
  received_at: string
  relayed_at: string | null
}

export type DeliveryStory = DeliveryView & { history: HistoryEntry[] }

type Row = Omit<DeliveryView, 'id' | 'type' | 'next_attempt_at' | 'received_at' | 'relayed_at'> & {
  seq: number
  external_id: string
  source: string
  next_attempt_at: number | null
  received_at: number
  changed_at: number
  relayed_at: number | null
}

const COLUMNS =
  'seq, destination, external_id, source, state, attempts, next_attempt_at, last_error, received_at, changed_at, relayed_at'

/** Deliveries newest first, by destination and by state. */
export function listDeliveries(
  sql: SqlStorage,
  query: { destination: Forwarded | null; state: State | null; limit: number; before: number },
): Page<DeliveryView> {
  const { destination, limit } = query
  // One destination at a time, since an index has each in order.
  const rows = (destination === null ? FORWARDED : [destination]).flatMap((to) => newest(sql, to, query))
  return paged(rows.sort((a, b) => b.seq - a.seq).slice(0, limit + 1), limit, viewOf)
}

const newest = (
  sql: SqlStorage,
  destination: Forwarded,
  { state, limit, before }: { state: State | null; limit: number; before: number },
): Row[] =>
  sql
    .exec<Row>(
      `SELECT ${COLUMNS} FROM deliveries
       WHERE destination = ? AND seq < ? ${state === null ? '' : `AND ${ofState(state)}`} ORDER BY seq DESC LIMIT ?`,
      destination,
      before,
      ...(state === null ? [] : [destination, state]),
      limit + 1,
    )
    .toArray()

/** One delivery with everything that happened to it, oldest first. */
export function readStory(sql: SqlStorage, seq: number): DeliveryStory {
  const row = sql.exec<Row>(`SELECT ${COLUMNS} FROM deliveries WHERE seq = ?`, seq).one()
  return { ...viewOf(row), history: readHistory(sql, row) }
}

const viewOf = (row: Row): DeliveryView => ({
  id: row.external_id,
  destination: row.destination,
  type: row.source,
  state: row.state,
  attempts: row.attempts,
  next_attempt_at: row.state === 'sending' ? null : iso(row.next_attempt_at),
  last_error: row.last_error,
  received_at: new Date(row.received_at).toISOString(),
  relayed_at: iso(row.relayed_at),
})
