import type { EmbedSettings } from '../embed-settings.ts'

/** The two IDs that a finished design may be known by. */
export interface Design {
  externalId: string | null
  productId: string | null
}

/**
 * Says whether a message's sender is believed: this very page, Sign Customiser, or whom the bridge's settings name.
 *
 * The vendor documents no origin and its sample checks none. `null` is what any sandboxed frame calls itself.
 */
export function isTrusted(origin: string, page: string, { embedUrl, trusted }: EmbedSettings): boolean {
  if (origin === 'null') return false
  return (
    origin === page ||
    origin === new URL(embedUrl).origin ||
    /^https:\/\/([a-z0-9-]+\.)*signcustomiser\.com$/.test(origin) ||
    trusted.includes(origin)
  )
}

/** The design that a message says is finished, or null when it says something else. Its price is not read. */
export function designIn(message: unknown): Design | null {
  if (!isRecord(message) || message.type !== 'sc:product:created') return null
  const product = isRecord(message.product) ? message.product : {}
  return {
    externalId: idOf(product.external_id, /^.{1,255}$/),
    productId: idOf(product.product_id, /^[\w-]{1,64}$/),
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

function idOf(value: unknown, form: RegExp): string | null {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? `${value}` : value
  return typeof text === 'string' && form.test(text) ? text : null
}
