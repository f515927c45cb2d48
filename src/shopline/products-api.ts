import type { Design } from '../catalogue/design.ts'
import type { Answer } from '../http/exchange.ts'
import { isObject, type Json } from '../http/json.ts'
import { retryAfter } from '../ledger/delivery.ts'
import type { Making } from '../ledger/store-products.ts'
import { log } from '../log.ts'
import { textOf } from './fields.ts'
import { callOpenApi, isPassing, jsonIn, type OpenApiSettings } from './open-api.ts'

/** What SHOPLINE is told of a design. `price` is in minor units. */
export interface Draft extends Pick<Design, 'title' | 'description' | 'image'> {
  /** Marks the product as the design's, so that one whose answer was lost is found again. */
  sku: string
  price: number
}

/** Statuses that a proxy gives when it does not know what happened behind it. */
const LOST = new Set([500, 502, 504, 520, 524])

/**
 * Makes a product, or finds the one that an earlier attempt may have made.
 *
 * `POST /v1/products`: https://open-api.docs.shoplineapp.com/docs/create-product. It documents no idempotency key.
 */
export async function makeProduct(
  settings: OpenApiSettings & { CURRENCY_DECIMALS: number },
  draft: Draft,
  mayExist: boolean,
  signal: AbortSignal,
): Promise<Making> {
  const found = mayExist ? await findProduct(settings, draft.sku, signal) : null
  if (found) return found
  const body = productOf(draft, settings.CURRENCY_DECIMALS)
  const answer = await callOpenApi(settings, '/products', signal, body)
  const json = jsonIn(answer)
  return makingOf(answer, idIn(isObject(json) && isObject(json.item) ? json.item : json))
}

/**
 * The product with this SKU, or a failure after which it is not known; null when there is none.
 *
 * A third party's client uses this search and it is missing from the pages that were read, so where SHOPLINE answers that there
 * is no such call, a second product is risked and the log says so.
 */
async function findProduct(
  settings: OpenApiSettings,
  sku: string,
  signal: AbortSignal,
): Promise<Making | null> {
  const answer = await callOpenApi(settings, `/products/search?sku=${encodeURIComponent(sku)}`, signal)
  const json = jsonIn(answer)
  if (answer.arrived && isGood(answer.status) && isObject(json) && Array.isArray(json.items)) {
    const product = json.items.find((item) => isObject(item) && item.sku === sku)
    const id = idIn(product)
    return id === null ? null : { result: 'made', external_id: id, status: answer.status }
  }
  if (answer.arrived && [400, 404, 405, 422].includes(answer.status)) {
    log('warn', {
      event: 'store-product',
      external_id: sku,
      status: answer.status,
      code: 'search-unavailable',
    })
    return null
  }
  const failed = makingOf(answer, null)
  return failed.result === 'failed' ? { ...failed, may_exist: true } : null
}

/** A hidden product can be reached by its link only; made to order, it is never out of stock. */
function productOf({ sku, title, description, image, price }: Draft, decimals: number): Json {
  const inEachLanguage = (text: string) => ({ en: text, 'zh-hant': text })
  return {
    // A picture that SHOPLINE can't fetch must not cost the sale.
    ignore_product_media_errors: true,
    product: {
      title_translations: inEachLanguage(title ?? 'Custom sign'),
      ...(description !== null && { description_translations: inEachLanguage(description) }),
      price: price / 10 ** decimals,
      ...(image !== null && { images: [image] }),
      sku,
      status: 'hidden',
      unlimited_quantity: true,
    },
  }
}

/** What an answer to the making of a product says; a good one without an ID may hide a product. */
function makingOf(answer: Answer, id: string | null): Making {
  if (!answer.arrived)
    return failed({ outcome: 'unconfirmed', status: null, retryAfterMs: null, detail: answer.words }, true)
  const { status, words: detail } = answer
  const retryAfterMs = retryAfter(answer.retryAfter, Date.now())
  if (isGood(status) && id !== null) return { result: 'made', external_id: id, status }
  if (isGood(status) || LOST.has(status))
    return failed({ outcome: 'unconfirmed', status, retryAfterMs, detail }, true)
  if (isPassing(status) || status === 401 || status === 403)
    return failed({ outcome: 'passing', status, retryAfterMs, detail }, false)
  return failed({ outcome: 'rejected', status, detail, alreadyThere: false }, false)
}

const failed = (outcome: Extract<Making, { result: 'failed' }>['outcome'], may_exist: boolean): Making => ({
  result: 'failed',
  may_exist,
  outcome,
})

const isGood = (status: number) => status >= 200 && status < 300

const idIn = (product: Json | undefined): string | null =>
  isObject(product) ? (textOf(product.id) ?? textOf(product._id) ?? null) : null
