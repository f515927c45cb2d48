import { isObject, type JsonObject, parseJson } from '../http/json.ts'
import type { Refusal } from '../http/problem.ts'
import { err, ok, type Result } from '../result.ts'
import { textOf } from './fields.ts'

/** An event as SHOPLINE posts it. */
export interface ShoplineEvent {
  topic: string
  envelope: JsonObject
  /** The envelope's JSON. */
  text: string
}

/** Read as the end of an order whatever the settings say: they relay nothing. */
export const CANCELLATIONS: readonly string[] = ['order/cancel', 'order/remove']

/** Whether an event is about an order that may have to be relayed, or that has ended. `topics` is the setting. */
export const isOrderTopic = (topic: string, topics: readonly string[]) =>
  CANCELLATIONS.includes(topic) || topics.includes(topic)

/**
 * When an event happened, in milliseconds since 1970; null when it does not say. SHOPLINE's `ts` is in nanoseconds, more digits
 * than a number holds, so it comes as text.
 */
export function timeOf({ ts }: JsonObject): number | null {
  const nanoseconds = textOf(ts) ?? ''
  return /^\d{16,19}$/.test(nanoseconds) ? Math.floor(Number(nanoseconds) / 1e6) : null
}

/** Reads a body as an event, which has a topic at least. */
export function readEvent(body: Uint8Array): Result<ShoplineEvent, Refusal> {
  const json = parseJson(body)
  if (!json.ok) return json
  const { value: envelope, text } = json.value
  const topic = isObject(envelope) ? textOf(envelope.topic) : undefined
  if (isObject(envelope) && topic !== undefined && topic.length <= 255) return ok({ topic, envelope, text })
  return err({
    code: 'invalid-payload',
    detail: 'The body must be an event such as {"topic": "order/create", "resource": {…}}.',
    errors: [{ pointer: '/topic', detail: 'must be a string' }],
  })
}

/** An app's webhooks come for every store that has it. One that names no merchant is taken to be ours. */
export function isOfAnother({ merchant_id }: JsonObject, ours: string | null): boolean {
  const named = textOf(merchant_id)
  return ours !== null && named !== undefined && named.toLowerCase() !== ours
}
