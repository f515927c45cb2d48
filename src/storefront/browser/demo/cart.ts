import type { Sign } from './signs.ts'

export interface Item {
  external_id: string
  quantity: number
  sign?: Sign
}

const KEY = 'demo-cart'
const MOST = 99

/** What this browser's shopper wants to buy, as it was designed here. */
export function readCart(): Item[] {
  try {
    const items: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(items) ? items.filter(isItem) : []
  } catch {
    return []
  }
}

export const writeCart = (items: readonly Item[]) => localStorage.setItem(KEY, JSON.stringify(items))

export function addToCart(external_id: string, sign: Sign): void {
  const items = readCart()
  const known = items.find((item) => item.external_id === external_id)
  if (known) known.quantity = Math.min(known.quantity + 1, MOST)
  else items.push({ external_id, quantity: 1, sign })
  writeCart(items)
}

/** Sets how many of a sign are wanted; none takes it out. */
export function setQuantity(external_id: string, quantity: number): void {
  const items = readCart().map((item) => (item.external_id === external_id ? { ...item, quantity } : item))
  writeCart(items.filter((item) => item.quantity > 0 && item.quantity <= MOST))
}

const isItem = (item: Partial<Item> | null): item is Item =>
  typeof item?.external_id === 'string' && Number.isInteger(item.quantity)
