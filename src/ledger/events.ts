import { count } from './counters.ts'
import { type Page, paged } from './page.ts'

/** An event as it comes to the ledger, its signature verified. */
export interface NewEvent {
  /** As the sender calls it, such as `order:created` or SHOPLINE's `order/create`. */
  topic: string
  source: 'sign-customiser' | 'shopline'
  /** What the event is about, such as an order's ID; null when that can't be told. */
  content_id: string | null
  /** SHA-256 of the body's bytes: the same topic, content and digest is the same event. */
  digest: string
  /** The body as JSON text. */
  payload: string
}

/** What tells one event from another. */
export type EventKey = Pick<NewEvent, 'topic' | 'content_id' | 'digest'>

/** An event as it was received. */
export interface EventView {
  id: string
  topic: string
  source: string
  content_id: string | null
  /** How often the same event came again. */
  repeats: number
  received_at: string
  /** The body; null once it was erased. */
  payload: unknown
  /** What came of an event that reports an order. */
  note?: string
}

/** Writes an event down, or counts it as a repeat. `now` is in milliseconds since 1970. */
export function recordEvent(sql: SqlStorage, event: NewEvent, now: number): 'new' | 'repeat' {
  const { repeats } = sql
    .exec<{ repeats: number }>(
      `INSERT INTO events (topic, source, content_id, digest, received_at, payload) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (topic, content_id, digest) DO UPDATE SET repeats = repeats + 1
       RETURNING repeats`,
      event.topic,
      event.source,
      event.content_id ?? '',
      event.digest,
      now,
      event.payload,
    )
    .one()
  if (repeats > 0) return 'repeat'
  count(sql, 'events', event.topic)
  return 'new'
}

/** Notes what came of an event. */
export function noteEvent(sql: SqlStorage, { topic, content_id, digest }: EventKey, note: string): void {
  sql.exec(
    'UPDATE events SET note = ? WHERE topic = ? AND content_id = ? AND digest = ?',
    note,
    topic,
    content_id ?? '',
    digest,
  )
}

type Row = Omit<EventView, 'id' | 'received_at' | 'payload' | 'note'> & {
  seq: number
  content_id: string
  received_at: number
  payload: string | null
  note: string | null
}

/** A page ends early when its payloads come to more than this, in characters: what leaves the ledger at once is limited. */
const LONGEST_PAGE = 4_000_000

/** Events newest first, all of them or those of one topic. */
export function listEvents(
  sql: SqlStorage,
  { topic, limit, before }: { topic: string | null; limit: number; before: number },
): Page<EventView> {
  const cursor = sql.exec<Row>(
    `SELECT seq, topic, source, content_id, repeats, received_at, payload, note FROM events
     WHERE seq < ? ${topic === null ? '' : 'AND topic = ?'} ORDER BY seq DESC LIMIT ?`,
    before,
    ...(topic === null ? [] : [topic]),
    limit + 1,
  )
  const rows: Row[] = []
  let length = 0
  for (const row of cursor) {
    rows.push(row)
    length += row.payload?.length ?? 0
    if (length > LONGEST_PAGE && rows.length > 1) return paged(rows, rows.length - 1, viewOf)
  }
  return paged(rows, limit, viewOf)
}

const viewOf = ({ seq, content_id, received_at, payload, note, ...row }: Row): EventView => ({
  id: `${seq}`,
  ...row,
  content_id: content_id === '' ? null : content_id,
  received_at: new Date(received_at).toISOString(),
  payload: payload === null ? null : JSON.parse(payload),
  ...(note !== null && { note }),
})
