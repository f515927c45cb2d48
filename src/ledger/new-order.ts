import type { Json, JsonObject } from '../http/json.ts'
import { sha256 } from '../signing/hmac.ts'

/** Something about an order that looks wrong although it is taken; `pointer` is a JSON pointer (RFC 6901) into the order. */
export interface Warning {
  code: 'price-differs' | 'currency-differs' | 'no-shipping-address' | 'unknown-address-field'
  pointer: string
  detail: string
}

/** A line's product ID, and its unit price in minor units; null when it names none. */
export interface Line {
  external_id: string
  price: number | null
}

/** A checked order. `content` is what Sign Customiser is sent, but for the integration's ID. */
export interface Order {
  external_id: string
  external_order_number: string
  content: JsonObject
  lines: readonly Line[]
  warnings: readonly Warning[]
}

/** An order as it comes to the ledger. */
export interface NewOrder {
  external_id: string
  number: string
  source: 'store' | 'shopline'
  /** SHA-256 of the content, its keys sorted: the same digest is the same order. */
  digest: string
  /** The content as JSON. */
  body: string
  currency: string | null
  lines: readonly Line[]
  warnings: readonly Warning[]
}

/** Makes an order ready for the ledger. */
export async function newOrder(order: Order, source: NewOrder['source']): Promise<NewOrder> {
  const { content } = order
  return {
    external_id: order.external_id,
    number: order.external_order_number,
    source,
    digest: await sha256(canonicalJson(content)),
    body: JSON.stringify(content),
    currency: typeof content.currency === 'string' ? content.currency : null,
    lines: order.lines,
    warnings: order.warnings,
  }
}

/** The one JSON text that equal values share: keys sorted by code units at every depth, arrays in their order. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`)
  return `{${members.join(',')}}`
}

/** Where two orders differ, as JSON pointers, at most `most` of them. */
export function differences(one: Json | undefined, other: Json | undefined, most: number, at = ''): string[] {
  const isContainer = (value: Json | undefined) => typeof value === 'object' && value !== null
  if (!isContainer(one) || !isContainer(other) || Array.isArray(one) !== Array.isArray(other))
    return one === other ? [] : [at]
  const [a, b] = [one as JsonObject, other as JsonObject]
  const found: string[] = []
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const pointer = `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
    if (found.length < most) found.push(...differences(a[key], b[key], most - found.length, pointer))
  }
  return found
}
