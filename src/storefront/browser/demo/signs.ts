import type { DemoSettings } from '../../demo-settings.ts'
import { designIn, isRecord, isTrusted } from '../message.ts'
import { find } from './page.ts'

/** What a finished design looks like to the shopper who made it. */
export interface Sign {
  title: string | null
  /** In minor units. */
  price: number | null
  image: string | null
}

const KEY = 'demo-signs'
const UNKNOWN: Sign = { title: null, price: null, image: null }

export const SETTINGS: DemoSettings = JSON.parse(find('.designer', HTMLElement).dataset.settings ?? '')

/**
 * Notes what the designer's own messages say of the signs that are made here.
 *
 * A shop takes title and price from `GET /products/{external_id}`, by its backend. This one has no backend, and IDs can be guessed:
 * so nobody is shown more than their own browser was told, and nothing is sold for it.
 */
export function listenToDesigner(): void {
  addEventListener('message', ({ origin, data }) => {
    const design = isTrusted(origin, location.origin, SETTINGS) ? designIn(data) : null
    if (design === null) return
    const sign = signOf(data.product)
    const { externalId, productId } = design
    sessionStorage.setItem(
      KEY,
      JSON.stringify({
        ...noted(),
        ...(externalId !== null && { [`e${externalId}`]: sign }),
        ...(productId !== null && { [`p${productId}`]: sign }),
      }),
    )
  })
}

/** The sign that `sign:added` is about. */
export function signWith(external_id: string, product_id: string | null): Sign {
  const signs = noted()
  return signs[`p${product_id}`] ?? signs[`e${external_id}`] ?? UNKNOWN
}

const noted = (): Record<string, Sign> => JSON.parse(sessionStorage.getItem(KEY) ?? '{}')

/** What can be shown of a message's product; its shape is not documented. */
export function signOf(product: unknown): Sign {
  const { title, price, product_image_url: image } = isRecord(product) ? product : {}
  return {
    title: typeof title === 'string' ? title.slice(0, 500) : null,
    price: typeof price === 'number' && Number.isSafeInteger(price) && price >= 0 ? price : null,
    image: typeof image === 'string' ? image : null,
  }
}
