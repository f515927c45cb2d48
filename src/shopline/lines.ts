import { isObject, type Json, type JsonObject } from '../http/json.ts'
import { objectOf, textOf } from './fields.ts'

/** A line as Sign Customiser takes it. */
export type Line = { external_id: string; quantity: number; price?: number }

/**
 * Every product that an order's lines name, with those in sets. What is no sign is among them: only the ledger knows which
 * products it issued, so a line whose product could be told by several of its IDs is given once for each.
 */
export function linesOf(items: readonly Json[]): Line[] {
  return items.filter(isObject).flatMap((item) => {
    const quantity = quantityOf(item)
    const own = lineOf(textOf(item.item_id), quantity, item)
    return [...own, ...childrenOf(item.child_products).flatMap((child) => childLines(child, quantity))]
  })
}

/** As with orders that the store's backend hands in. */
const MOST_OF_A_LINE = 9_999

/** How many; 0 names nothing any more. What can't be read counts as one, since a sign too few is worse than a question. */
function quantityOf({ quantity }: JsonObject): number {
  const whole = Math.floor(Number(quantity ?? 1))
  return Number.isFinite(whole) ? Math.min(whole, MOST_OF_A_LINE) : 1
}

/** `item_price` is the unit price of the sale (`price` the original one), in the smallest unit as SHOPLINE counts it. */
function lineOf(id: string | undefined, quantity: number, { item_price }: JsonObject): Line[] {
  if (id === undefined || quantity < 1) return []
  const { cents } = objectOf(item_price)
  const price = typeof cents === 'number' && Number.isSafeInteger(cents) && cents >= 0 ? { price: cents } : {}
  return [{ external_id: id, quantity, ...price }]
}

/** The parts of a set. Their form is not documented: a list, a map by product ID, or one part. */
function childrenOf(children: Json | undefined): JsonObject[] {
  if (Array.isArray(children)) return children.filter(isObject)
  const map = objectOf(children)
  if (idsOf(map).length > 0) return [map]
  return Object.entries(map).flatMap(([id, child]) => (isObject(child) ? [{ item_id: id, ...child }] : []))
}

/** A part's own quantity is taken to be that of one set. */
function childLines(child: JsonObject, sets: number): Line[] {
  const quantity = Math.min(quantityOf(child) * sets, MOST_OF_A_LINE)
  return idsOf(child).flatMap((id) => lineOf(id, quantity, child))
}

const idsOf = ({ item_id, product_id, id, _id }: JsonObject): string[] => [
  ...new Set([item_id, product_id, id, _id].map(textOf).filter((text) => text !== undefined)),
]
