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
  const isOurs = cart.startsWith('/') && new URL(cart, location.href).origin === location.origin
  return isOurs ? (item) => post(cart, item) : null
}

/** SHOPLINE's storefront cart. Unofficial: it is what the themes' own pages call. */
const shoplineCart =
  (merchant: string): Cart =>
  ({ external_id, quantity }) =>
    post(
      `/api/merchants/${encodeURIComponent(merchant)}/cart/items`,
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

async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<void> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
    credentials: 'same-origin',
    signal: AbortSignal.timeout(PATIENCE),
  })
  if (!response.ok) throw new Error(`${path} answered ${response.status}`)
}
