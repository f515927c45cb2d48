import { isObject, type Json, type JsonObject } from '../http/json.ts'
import type { Refusal } from '../http/problem.ts'
import type { Proof } from '../ledger/confirm.ts'
import { err, ok, type Result } from '../result.ts'
import { usableId } from './product.ts'

/** What a subscription's event is about; `content_id` is null where that can not be told. */
export interface VendorEvent {
  topic: string
  content_id: string | null
}

/** The documented topics by their body's top-level key; no header names the topic. */
const TOPICS = {
  product: { topic: 'product:created', id: 'product_id' },
  order: { topic: 'order:created', id: 'order_id' },
  form_submission: { topic: 'form:submitted', id: 'submission_number' },
} as const

const TOPIC = /^[\w:./-]{1,64}$/

/**
 * Tells an event's topic and content. `named` is the topic that the subscription's URL gives, if it does; else the top-level key
 * tells it, and an unknown key stands for itself.
 */
export function eventOf(body: Json, named: string | undefined): Result<VendorEvent, Refusal> {
  if (named !== undefined && !TOPIC.test(named))
    return err({
      code: 'invalid-query',
      detail: "The subscription's URL names a topic that is none.",
      errors: [{ pointer: '/topic', detail: 'must be 1 to 64 letters, digits, or : . / _ -' }],
    })
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
    topic: named ?? known?.topic ?? (TOPIC.test(key) ? key : 'unknown'),
    content_id: known && isObject(content) ? usableId(content[known.id]) : null,
  })
}

const isKnown = (key: string): key is keyof typeof TOPICS => Object.hasOwn(TOPICS, key)

/** What an `order:created` event proves, or null where it names no order of a store. */
export function proofOf(body: Json): Proof | null {
  const order = isObject(body) ? body.order : null
  if (!isObject(order)) return null
  const { external_id, external_order_number, order_id } = order
  if (typeof external_id !== 'string' || typeof external_order_number !== 'string') return null
  return {
    external_id,
    number: external_order_number,
    remote_id: typeof order_id === 'number' || typeof order_id === 'string' ? JSON.stringify(order_id) : null,
    product_ids: productIdsOf(order),
  }
}

const productIdsOf = ({ products }: JsonObject): string[] =>
  (Array.isArray(products) ? products : [])
    .map((product) => (isObject(product) ? usableId(product.product_id) : null))
    .filter((id) => id !== null)
