import type { Delivery } from './deliveries.ts'
import { keepsPayloads } from './fullness.ts'
import { type Page, paged } from './page.ts'

/** An event as it comes to the ledger, its signature verified. */
export interface NewEvent {
  /** As the sender calls it, such as `order:created` or SHOPLINE's `order/create`. */
  topic: string
  source: 'sign-customiser' | 'shopline'
  /** What the event is about, such as an order's ID; null when that can't be told. */
  content_id: string | null
  /** SHA-256 of what was verified: the same content ID and digest are the same event, whatever its topic. */
  digest: string
  /** The body as JSON text; null where nothing of it may be kept. */
  payload: string | null
}

/** What tells one event from another. */
export type EventKey = Pick<NewEvent, 'content_id' | 'digest'>

/** What an `order:created` says of an order that Sign Customiser has. IDs are text, whatever the event has them as. */
export interface Proof {
  external_id: string
  number: string
  /** Sign Customiser's own order ID, as JSON text. */
  remote_id: string | null
  /** The products that the event lists, by Sign Customiser's IDs and by the store's. */
  product_ids: readonly string[]
  external_ids: readonly string[]
}

/** An event as it was received. */
export interface EventView {
  id: string
  topic: string
  source: string
  content_id: string | null
  /** How often the same event came again. */
  repeats: number
  received_at: string
  /** The body as JSON text, as it was sent; null once it was erased, or where it was not kept. */
  payload: string | null
  /** What came of an event that reports an order. */
  note?: string
}

/** A larger body is forwarded and not kept, in bytes. */
const LARGEST_PAYLOAD = 64 * 1024

/** Says whether an event's body is kept with it. */
export const isKept = (sql: SqlStorage, payload: string | null): payload is string =>
  payload !== null &&
  (payload.length <= LARGEST_PAYLOAD / 3 || new TextEncoder().encode(payload).length <= LARGEST_PAYLOAD) &&
  keepsPayloads(sql)

/**
 * Writes an event down, or counts it as a repeat. With `proof` the event is about an order that it could not settle: what it
 * proves is kept instead of its body, should the order's answer be lost later. `now` is in milliseconds since 1970.
 *
 * Returns its row; null for a repeat.
 */
export function recordEvent(
  sql: SqlStorage,
  event: NewEvent,
  proof: Proof | null,
  now: number,
): number | null {
  const { seq, repeats } = sql
    .exec<{ seq: number; repeats: number }>(
      `INSERT INTO events (topic, source, content_id, digest, about, proof, received_at, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (content_id, digest) DO UPDATE SET repeats = repeats + 1
       RETURNING seq, repeats`,
      event.topic,
      event.source,
      event.content_id ?? '',
      event.digest,
      proof?.external_id ?? null,
      proof && JSON.stringify(proof),
      now,
      proof === null && isKept(sql, event.payload) ? event.payload : null,
    )
    .one()
  return repeats > 0 ? null : seq
}

/** So many events that came too early are looked at: another integration's orders may have the same ID. */
const MOST_PROOFS = 20

/** What events that came too early say of an order, the newest first. */
export function earlierProofs(sql: SqlStorage, { external_id }: Pick<Delivery, 'external_id'>): Proof[] {
  const rows = sql.exec<{ proof: string }>(
    'SELECT proof FROM events WHERE about = ? ORDER BY seq DESC LIMIT ?',
    external_id,
    MOST_PROOFS,
  )
  return rows.toArray().map(({ proof }) => JSON.parse(proof))
}

/** Notes what came of an event. */
export function noteEvent(sql: SqlStorage, { content_id, digest }: EventKey, note: string): void {
  sql.exec('UPDATE events SET note = ? WHERE content_id = ? AND digest = ?', note, content_id ?? '', digest)
}

/** The body of an event as JSON text; null once it was erased. */
export function readPayload(sql: SqlStorage, seq: number): string | null {
  const rows = sql.exec<{ payload: string | null }>('SELECT payload FROM events WHERE seq = ?', seq)
  return rows.toArray()[0]?.payload ?? null
}

/** Erases the bodies of all events about something, at the wish of whom they are about. */
export function erasePayloads(sql: SqlStorage, contentId: string): void {
  sql.exec('UPDATE events SET payload = NULL WHERE content_id = ? AND payload IS NOT NULL', contentId)
}

/** The same for the events that name an order of the store's. */
export function eraseAbout(sql: SqlStorage, externalId: string): void {
  sql.exec('UPDATE events SET payload = NULL WHERE about = ?', externalId)
}

/**
 * Forgets the events after the row `from` that were received by `until`, at most `most`. Returns the last row that was looked at;
 * null when there is none.
 */
export function forgetEvents(sql: SqlStorage, from: number, until: number, most: number): number | null {
  const due = sql
    .exec<{ seq: number; received_at: number }>(
      'SELECT seq, received_at FROM events WHERE seq > ? ORDER BY seq LIMIT ?',
      from,
      most,
    )
    .toArray()
  const end = due.findIndex(({ received_at }) => received_at > until)
  const last = due.at(end === -1 ? -1 : end - 1)
  if (end === 0 || !last) return null
  sql.exec('DELETE FROM events WHERE seq > ? AND seq <= ?', from, last.seq)
  return last.seq
}

type Row = Omit<EventView, 'id' | 'received_at' | 'note'> & {
  seq: number
  size: number
  content_id: string
  received_at: number
  note: string | null
}

/** Events newest first, all of them or those of one topic. */
export function listEvents(
  sql: SqlStorage,
  { topic, limit, before }: { topic: string | null; limit: number; before: number },
): Page<EventView> {
  const rows = sql.exec<Row>(
    `SELECT seq, topic, source, content_id, repeats, received_at, payload, note, coalesce(octet_length(payload), 0) AS size
     FROM events WHERE seq < ? ${topic === null ? '' : 'AND topic = ?'} ORDER BY seq DESC LIMIT ?`,
    before,
    ...(topic === null ? [] : [topic]),
    limit + 1,
  )
  return paged(rows, limit, viewOf)
}

const viewOf = ({ seq, size: _, content_id, received_at, note, ...row }: Row): EventView => ({
  id: `${seq}`,
  ...row,
  content_id: content_id === '' ? null : content_id,
  received_at: new Date(received_at).toISOString(),
  ...(note !== null && { note }),
})
