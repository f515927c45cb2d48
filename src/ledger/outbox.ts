import { find } from '../catalogue/catalogue.ts'
import { NotSent } from '../http/exchange.ts'
import { readSettings, type SettingName } from '../settings.ts'
import { within } from '../within.ts'
import type { Context, Parcel } from './channel.ts'
import { type Delivery, take } from './deliveries.ts'
import type { Destination, Forwarded } from './delivery.ts'
import { factsOf, heldDesign } from './designs.ts'
import { readPayload } from './events.ts'

/** Everything an operator is told of, each once per change. */
export type AlertKind =
  | 'order-rejected'
  | 'order-failed'
  | 'order-maybe-twice'
  | 'order-cancelled'
  | 'order-split'
  | 'product-refused'
  | 'event-unreadable'
  | 'token-refused'
  | 'gate-closed'
  | 'recovered'
  | 'destination-given-up'
  | 'erasure-ahead'
  | 'ledger-filling'
  | 'password-guessed-at'

/** `text` is for people; none of it may be personal. */
export interface Alert {
  kind: AlertKind
  text: string
  external_id?: string
  external_order_number?: string | null
  destination?: Destination
  count?: number
}

/** A design is in KV a moment after the ledger has it. Asked too early, KV would remember that it has none, in milliseconds. */
const DESIGN_SETTLES_MS = 10_000
/** What a design is waited for at most, in milliseconds. */
const KV_PATIENCE_MS = 2_000

/** Queues an event of our own for EVENTS_URL, unless that is empty. `data` is JSON text. */
export function queueEvent(ctx: Context, { type, data }: { type: string; data: string }, now: number): void {
  if (!isOn(ctx.env, 'EVENTS_URL')) return
  queue(
    ctx,
    { destination: 'events', id: `msg_${crypto.randomUUID()}`, source: type, body: wrapped(type, now, data) },
    now,
  )
}

/** Queues the event that a design was made; what it says is read where the design is kept, when it leaves. */
export function queueDesign(ctx: Context, externalId: string, now: number): void {
  if (!isOn(ctx.env, 'EVENTS_URL')) return
  const parcel = {
    destination: 'events' as const,
    id: `msg_${crypto.randomUUID()}`,
    source: 'product.created',
    refers: `design:${externalId}`,
  }
  queue(ctx, parcel, now, now + DESIGN_SETTLES_MS)
}

/**
 * Queues a vendor's event for EVENTS_URL, its body as `data`. A topic such as `order:created` becomes `….order.created`; what is
 * no letter, digit, `_` or `.` becomes `_`. `seq` is the event's row if that keeps the payload.
 */
export function forwardEvent(
  ctx: Context,
  event: { source: string; topic: string; payload: string },
  seq: number | null,
  now: number,
): void {
  if (!isOn(ctx.env, 'EVENTS_URL')) return
  const type = `${event.source}.${event.topic.replaceAll(/[:/]/g, '.').replaceAll(/[^\w.]/g, '_')}`
  const what = seq === null ? { body: wrapped(type, now, event.payload) } : { refers: `event:${seq}` }
  queue(ctx, { destination: 'events', id: `msg_${crypto.randomUUID()}`, source: type, ...what }, now)
}

/** Queues an alert for ALERT_URL, unless that is empty. */
export function alert(ctx: Context, { kind, text, ...facts }: Alert, now: number): void {
  if (!isOn(ctx.env, 'ALERT_URL')) return
  const url = consoleUrl(ctx.env, facts.external_id)
  const words = url === null ? text : `${text} ${url}`
  const at = new Date(now).toISOString()
  const body = JSON.stringify({
    text: words,
    content: words,
    kind,
    at,
    ...facts,
    ...(url !== null && { url }),
  })
  queue(ctx, { destination: 'alerts', id: `alert_${crypto.randomUUID()}`, source: kind, body }, now)
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

/** What is queued. `source` tells what it is made of: an event's type, an alert's kind, a topic. */
interface NewParcel {
  destination: Forwarded
  id: string
  source: string
  body?: string
  refers?: string
}

/** Queues a parcel in the commit of the caller's writes. It is due at `dueAt`, or when its destination's gate opens. */
export function queue(ctx: Context, parcel: NewParcel, now: number, dueAt = now): void {
  const { destination, id, source, body = null, refers = null } = parcel
  const channel = ctx.channels[destination]
  const facts = {
    destination,
    external_id: id,
    number: null,
    source,
    digest: '',
    warnings: null,
    refers,
    body,
  }
  take(ctx.sql, { ...facts, give_up_at: channel.giveUpAt(now), due_at: dueAt }, now)
  ctx.alarm.by(Math.max(dueAt, channel.gate.closed_until ?? dueAt))
}

/** A delivery as it leaves; null when what it refers to was erased. Throws `NotSent` when that can't be read now. */
export async function parcelOf(ctx: Context, delivery: Delivery): Promise<Parcel | null> {
  const { external_id, source, body, refers, received_at } = delivery
  if (body !== null) return { external_id, body }
  const [, kind, of] = /^(event|design):(.*)$/s.exec(refers ?? '') ?? []
  if (of === undefined) return null
  const data = kind === 'event' ? readPayload(ctx.sql, Number(of)) : await designText(ctx, of)
  return data === null ? null : { external_id, body: wrapped(source, received_at, data) }
}

/** A design as `GET /products/{external_id}` gives it. */
async function designText(ctx: Context, externalId: string): Promise<string | null> {
  const facts = factsOf(ctx.sql, externalId)
  if (facts === null) return null
  const held = heldDesign(ctx.sql, externalId)
  if (held !== null) return new TextDecoder().decode(held)
  const found = await within(KV_PATIENCE_MS, find(ctx.env.CATALOGUE, externalId)).catch(() => 'late' as const)
  if (found === 'late') throw new NotSent('the design can not be read from KV now')
  return found === null ? facts : await new Response(found).text()
}

/** Standard Webhooks' recommended shape: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
const wrapped = (type: string, at: number, data: string) =>
  `{"type":${JSON.stringify(type)},"timestamp":"${new Date(at).toISOString()}","data":${data}}`
