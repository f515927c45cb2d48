import type { Design } from '../catalogue/design.ts'
import { isObject, type Json, type JsonObject } from '../http/json.ts'
import type { Refusal } from '../http/problem.ts'
import type { SignedDesign } from '../ledger/record-design.ts'
import { err, ok, type Result } from '../result.ts'
import { sha256 } from '../signing/hmac.ts'

/** The `product` of a callback's body `{"product": {…}}`; the guide leaves its inside open. */
export function productOf(body: Json): Result<JsonObject, Refusal> {
  if (isObject(body) && isObject(body.product)) return ok(body.product)
  return err({
    code: 'invalid-payload',
    detail: 'The body must be {"product": {…}}.',
    errors: [{ pointer: '/product', detail: 'must be an object' }],
  })
}

/** A product's ID as text when it can be part of ours: a whole number from 1, or letters, digits, `_` and `-`. */
export function usableId(productId: Json | undefined): string | null {
  if (typeof productId === 'number')
    return Number.isSafeInteger(productId) && productId >= 1 ? `${productId}` : null
  return typeof productId === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(productId) ? productId : null
}

/**
 * The store's ID for a design: computed, never looked up, so that the same callback, repeated or raced, gets the same
 * answer. Without a usable product ID it is made of the body's SHA-256, `digest` in hex.
 */
export const externalIdOf = (productId: string | null, digest: string): string =>
  `sc-${productId ?? digest.slice(0, 20)}`

/** A signed body as it arrived: its bytes, its timestamp in Unix seconds, and what its currency is if it names none. */
interface Arrival {
  source: Design['source']
  body: Uint8Array<ArrayBuffer>
  signed_at: number
  currency: string
}

/** Makes a design ready for the ledger, under the store's ID for it. */
export async function newDesign(product: JsonObject, arrival: Arrival): Promise<SignedDesign> {
  const product_id = usableId(product.product_id)
  const digest = await sha256(arrival.body)
  const external_id = externalIdOf(product_id, digest)
  const received_at = new Date().toISOString()
  const { source, currency, body, signed_at } = arrival
  const design = designOf(product, { external_id, product_id, source, currency, received_at })
  return { design, digest, signed: body, signed_at }
}

/** Reads a product leniently: what is missing or of another kind is null. Fields as in the vendor's `product:created`. */
export function designOf(
  product: JsonObject,
  known: Pick<Design, 'external_id' | 'product_id' | 'source' | 'currency' | 'received_at'>,
): Design {
  return {
    external_id: known.external_id,
    product_id: known.product_id,
    source: known.source,
    title: textOf(product.title),
    description: textOf(product.description),
    price: minorUnitsOf(product.price),
    compare_price: minorUnitsOf(product.compare_price),
    currency:
      typeof product.currency === 'string' && /^[A-Z]{3}$/.test(product.currency)
        ? product.currency
        : known.currency,
    image: textOf(product.product_image_url),
    created_at: textOf(product.created_at),
    updated_at: textOf(product.updated_at),
    received_at: known.received_at,
  }
}

const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : null)
const minorUnitsOf = (value: Json | undefined) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
