import { addressOf } from './address.ts'
import { fetchWithin } from './within.ts'

/** What goes into a cart. The price is not among it: the shop's server takes that from the bridge. */
export interface Item {
  external_id: string
  quantity: number
}

/** Puts an item into a cart, or rejects. */
export type Cart = (item: Item) => Promise<unknown>

const PATIENCE = 10_000

/** The cart that `data-cart` names: `event`, `shopline`, or a path of the shop; null when it names none. */
export function cartOf({ cart = 'event', merchant = '' }: DOMStringMap): Cart | null {
  if (cart === 'event') return async () => {}
  if (cart === 'shopline') return merchant === '' ? null : shoplineCart(merchant)
  const url = cart.startsWith('/') ? addressOf(cart) : null
  return url?.origin === location.origin ? (item) => post(url.href, item) : null
}

/** SHOPLINE's storefront cart. Unofficial: it is what the themes' own pages call. */
const shoplineCart =
  (merchant: string): Cart =>
  ({ external_id, quantity }) =>
    post(
      `${location.origin}/api/merchants/${encodeURIComponent(merchant)}/cart/items`,
      {
        item: {
          product_id: external_id,
          quantity,
          type: 'product',
          variation_id: null,
          blacklisted_delivery_option_ids: [],
          triggering_item_id: null,
        },
        cart_options: { skip_calculate_order: true },
      },
      {
        'X-Requested-With': 'XMLHttpRequest',
        'X-CSRF-Token': document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? '',
      },
    )

/** Posts to this shop. The request goes on when the shopper leaves the page. */
const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<void> =>
  fetchWithin(
    PATIENCE,
    url,
    (response) => {
      if (!response.ok) throw new Error(`${url} answered ${response.status}`)
      // A login that stands in the way is answered 200, too.
      if (response.redirected && placeOf(response.url) !== placeOf(url))
        throw new Error(`${url} led to ${response.url}`)
    },
    {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
      credentials: 'same-origin',
      keepalive: true,
    },
  )

/** Path and query; a slash that a server adds to a path makes no other page. */
function placeOf(address: string): string {
  const { pathname, search } = new URL(address)
  return pathname.replace(/\/$/, '') + search
}
