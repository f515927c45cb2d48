import { isObject, type Json } from '../http/json.ts'
import type { Refusal } from '../http/problem.ts'
import type { Proof } from '../ledger/events.ts'
import { err, ok, type Result } from '../result.ts'
import { remoteIdOf } from './orders-api.ts'
import { usableId } from './product.ts'

/** What a subscription's event is about; `content_id` is null where that can not be told. */
export interface VendorEvent {
  topic: string
  content_id: string | null
}

/** The documented topics by their body's top-level key, the usual one first; no header names the topic. */
const TOPICS = {
  product: { topics: ['product:created'], id: 'product_id' },
  order: { topics: ['order:created', 'order:updated'], id: 'order_id' },
  form_submission: { topics: ['form:submitted'], id: 'submission_number' },
} as const

/** Every topic that a subscription's URL can name. */
export const NAMED_TOPICS: readonly string[] = Object.values(TOPICS).flatMap(({ topics }) => topics)

const TOPIC = /^[\w:./-]{1,64}$/

/**
 * Tells an event's topic and content. The body's top-level key tells the topic, and an unknown key stands for itself. `named` is
 * what the URL gives, which no signature covers: it only chooses among the topics that a key may have.
 */
export function eventOf(body: Json, named: string | undefined): Result<VendorEvent, Refusal> {
  const keys = isObject(body) ? Object.keys(body) : []
  const key = keys.find((key) => Object.hasOwn(TOPICS, key)) ?? keys[0]
  if (!isObject(body) || key === undefined)
    return err({
      code: 'invalid-payload',
      detail: 'The body must be an object that names what the event is about, such as {"order": {…}}.',
      errors: [{ pointer: '', detail: 'must be an object with a member' }],
    })
  const known = isKnown(key) ? TOPICS[key] : null
  const content = body[key]
  return ok({
    topic: known
      ? (known.topics.find((topic) => topic === named) ?? known.topics[0])
      : TOPIC.test(key)
        ? key
        : 'unknown',
    content_id: known && isObject(content) ? usableId(content[known.id]) : null,
  })
}

const isKnown = (key: string): key is keyof typeof TOPICS => Object.hasOwn(TOPICS, key)

/** What an `order:created` event proves, or null where it names no order of a store. */
export function proofOf(body: Json): Proof | null {
  const order = isObject(body) ? body.order : null
  if (!isObject(order)) return null
  const external_id = textOf(order.external_id)
  const number = textOf(order.external_order_number)
  if (external_id === null || number === null) return null
  const products = (Array.isArray(order.products) ? order.products : []).filter(isObject)
  const idsOf = (member: 'product_id' | 'external_id') =>
    products.map((product) => textOf(product[member])).filter((id) => id !== null)
  return {
    external_id,
    number,
    remote_id: remoteIdOf(order.order_id),
    product_ids: idsOf('product_id'),
    external_ids: idsOf('external_id'),
  }
}

/** An ID as text, whatever the vendor has it as; null where it can be none of ours. */
function textOf(id: Json | undefined): string | null {
  if (typeof id === 'number') return Number.isSafeInteger(id) ? `${id}` : null
  return typeof id === 'string' && id.length <= 255 ? id : null
}
