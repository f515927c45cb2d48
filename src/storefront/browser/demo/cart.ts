export interface Item {
  external_id: string
  quantity: number
}

/** A sign as the bridge knows it. */
export interface Product {
  external_id: string
  title: string | null
  price: number | null
  currency: string
  image: string | null
}

const KEY = 'demo-cart'
const MOST = 99

/** What this browser's shopper wants to buy. It holds IDs and numbers; titles and prices are asked for each time. */
export function readCart(): Item[] {
  try {
    const items: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(items) ? items.filter(isItem) : []
  } catch {
    return []
  }
}

export const writeCart = (items: readonly Item[]) => localStorage.setItem(KEY, JSON.stringify(items))

export function addToCart(external_id: string): void {
  const items = readCart()
  const known = items.find((item) => item.external_id === external_id)
  if (known) known.quantity = Math.min(known.quantity + 1, MOST)
  else items.push({ external_id, quantity: 1 })
  writeCart(items)
}

/** Sets how many of a sign are wanted; none takes it out. */
export function setQuantity(external_id: string, quantity: number): void {
  const items = readCart().map((item) => (item.external_id === external_id ? { ...item, quantity } : item))
  writeCart(items.filter((item) => item.quantity > 0 && item.quantity <= MOST))
}

const known = new Map<string, Product>()

/** Asks the bridge for a sign; null when it does not know it. */
export async function product(external_id: string): Promise<Product | null> {
  const before = known.get(external_id)
  if (before) return before
  const response = await fetch(`/demo/products/${encodeURIComponent(external_id)}`)
  if (!response.ok) return null
  const found: Product = await response.json()
  known.set(external_id, found)
  return found
}

const isItem = (item: Partial<Item> | null): item is Item =>
  typeof item?.external_id === 'string' && Number.isInteger(item.quantity)
