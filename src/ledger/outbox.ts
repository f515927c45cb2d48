import { readSettings, type SettingName } from '../settings.ts'
import { giveUpAt } from './channel.ts'
import type { Destination } from './delivery.ts'
import type { NewEvent } from './events.ts'
import { readGate } from './gate.ts'

/** Everything an operator is told of, each once per change. */
export type AlertKind =
  | 'order-rejected'
  | 'order-failed'
  | 'order-cancelled'
  | 'order-split'
  | 'product-refused'
  | 'token-refused'
  | 'gate-closed'
  | 'recovered'
  | 'destination-given-up'
  | 'erasure-ahead'

/** `text` is for people; none of it may be personal. */
export interface Alert {
  kind: AlertKind
  text: string
  external_id?: string
  destination?: Destination
  count?: number
}

/**
 * Queues an event for EVENTS_URL in the commit of the caller's writes: call it without an `await` after them. `data` is JSON text.
 *
 * Returns when the alarm must go off for it, in milliseconds since 1970: `Infinity` when EVENTS_URL is empty and nothing was
 * queued.
 */
export function queueEvent(
  env: Env,
  sql: SqlStorage,
  { type, data }: { type: string; data: string },
  now: number,
): number {
  if (!isOn(env, 'EVENTS_URL')) return Number.POSITIVE_INFINITY
  const timestamp = new Date(now).toISOString()
  const body = `{"type":${JSON.stringify(type)},"timestamp":"${timestamp}","data":${data}}`
  return queue(env, sql, { destination: 'events', id: `msg_${crypto.randomUUID()}`, source: type, body }, now)
}

/** Queues a vendor's event, its body as `data`; as `queueEvent`. A topic such as `order:created` becomes `….order.created`. */
export function forwardEvent(env: Env, sql: SqlStorage, event: NewEvent, now: number): number {
  const type = `${event.source}.${event.topic.replaceAll(/[:/]/g, '.')}`
  return queueEvent(env, sql, { type, data: event.payload }, now)
}

/** Queues an alert for ALERT_URL; as `queueEvent`. */
export function alert(env: Env, sql: SqlStorage, { kind, text, ...facts }: Alert, now: number): number {
  if (!isOn(env, 'ALERT_URL')) return Number.POSITIVE_INFINITY
  const url = consoleUrl(env, facts.external_id)
  const body = JSON.stringify({
    text: url === null ? text : `${text} ${url}`,
    kind,
    at: new Date(now).toISOString(),
    ...facts,
    ...(url !== null && { url }),
  })
  return queue(
    env,
    sql,
    { destination: 'alerts', id: `alert_${crypto.randomUUID()}`, source: kind, body },
    now,
  )
}

/** A setting that is wrong counts as on: what is queued waits until it was corrected. */
export function isOn(env: Env, name: Extract<SettingName, 'EVENTS_URL' | 'ALERT_URL'>): boolean {
  const read = readSettings(env, [name])
  return !read.ok || read.value[name] !== ''
}

function consoleUrl(env: Env, orderId: string | undefined): string | null {
  const read = readSettings(env, ['BRIDGE_URL'])
  if (!read.ok || read.value.BRIDGE_URL === '') return null
  const page = orderId === undefined ? '' : `/orders/${encodeURIComponent(orderId)}`
  return `${read.value.BRIDGE_URL}/console${page}`
}

/** What is queued for a destination. `source` tells what it is made of: an event's type, an alert's kind, a topic. */
interface Parcel {
  destination: Destination
  id: string
  source: string
  body: string
}

/** Queues a parcel; as `queueEvent`. */
export function queue(
  env: Env,
  sql: SqlStorage,
  { destination, id, source, body }: Parcel,
  now: number,
): number {
  sql.exec(
    `INSERT INTO deliveries (destination, external_id, source, state, digest, next_attempt_at, give_up_at, received_at,
       changed_at, body)
     VALUES (?1, ?2, ?3, 'queued', '', ?4, ?5, ?4, ?4, ?6)`,
    destination,
    id,
    source,
    now,
    giveUpAt(env, now),
    body,
  )
  return Math.max(now, readGate(sql, destination).closed_until ?? now)
}
