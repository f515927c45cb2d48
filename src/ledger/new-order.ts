import type { JsonObject } from '../http/json.ts'
import { canonicalJson } from '../signing/canonical-json.ts'
import { sha256 } from '../signing/hmac.ts'

/** A checked order. `content` is what Sign Customiser is sent, but for the integration's ID. */
export interface Order {
  external_id: string
  external_order_number: string
  content: JsonObject
  /** The product ID of each line. */
  products: string[]
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
  products: readonly string[]
}

/** Makes an order ready for the ledger. */
export async function newOrder(order: Order, source: NewOrder['source']): Promise<NewOrder> {
  return {
    external_id: order.external_id,
    number: order.external_order_number,
    source,
    digest: await sha256(canonicalJson(order.content)),
    body: JSON.stringify(order.content),
    products: order.products,
  }
}
