import type { EmbedSettings } from '../embed-settings.ts'

/** The two IDs that a finished design may be known by. */
export interface Design {
  externalId: string | null
  productId: string | null
}

/**
 * Says whether an origin is Sign Customiser's, or one that the bridge's settings name.
 *
 * The vendor documents no origin and its sample checks none. `null` is what any sandboxed frame calls itself.
 */
export function isVendors(
  origin: string,
  { embedUrl, trusted }: Pick<EmbedSettings, 'embedUrl' | 'trusted'>,
): boolean {
  if (origin === 'null') return false
  return (
    origin === new URL(embedUrl).origin ||
    /^https:\/\/([a-z0-9-]+\.)*signcustomiser\.com$/.test(origin) ||
    trusted.includes(origin)
  )
}

/** Says whether a message's sender is believed: this very page, Sign Customiser, or whom the bridge's settings name. */
export const isTrusted = (
  origin: string,
  page: string,
  settings: Pick<EmbedSettings, 'embedUrl' | 'trusted'>,
): boolean => (origin === page && origin !== 'null') || isVendors(origin, settings)

/** The design that a message says is finished, or null when it says something else. Its price is not read. */
export function designIn(message: unknown): Design | null {
  if (!isRecord(message) || message.type !== 'sc:product:created') return null
  const product = isRecord(message.product) ? message.product : {}
  return {
    externalId: idOf(product.external_id, /^.{1,255}$/),
    productId: idOf(product.product_id, PRODUCT_ID),
  }
}

/** What a `product_id` looks like: it is put into an address as it is. */
export const PRODUCT_ID = /^[\w-]{1,64}$/

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

function idOf(value: unknown, form: RegExp): string | null {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? `${value}` : value
  return typeof text === 'string' && form.test(text) ? text : null
}
