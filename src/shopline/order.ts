import { isObject, type Json, type JsonObject } from '../http/json.ts'
import { newOrder, type Order } from '../ledger/new-order.ts'
import type { OrderReport } from '../ledger/reported-orders.ts'
import { filled, objectOf, textOf, translated } from './fields.ts'
import { linesOf } from './lines.ts'
import { customerOf, shippingAddressOf } from './person.ts'

/** How orders are read; the settings `CURRENCY` and `SHOPLINE_RELAY_WHEN`. */
export interface Reading {
  /** The store's currency, for an order that names none. */
  currency: string
  relayWhen: 'created' | 'paid'
}

/** Where an event or an answer may have an order, or what belongs or points to one. SHOPLINE's pages do not show it. */
const placesOf = (value: Json): JsonObject[] => {
  const { resource, data, item, order } = objectOf(value)
  const places = [objectOf(resource).order, resource, objectOf(data).order, data, item, order, value]
  return places.filter((place) => isObject(place))
}

/** The order that an event or an answer holds, with its lines; null when there is none. `text` must be the JSON text of `value`. */
export function orderIn(value: Json, text: string): JsonObject | null {
  const order = withLines(value)
  const number = order?.order_number
  const isExact = typeof number !== 'number' || Number.isSafeInteger(number)
  return isExact ? order : withLines(JSON.parse(text, numberAsText))
}

const withLines = (value: Json): JsonObject | null =>
  placesOf(value).find(({ subtotal_items }) => Array.isArray(subtotal_items)) ?? null

/** JavaScript holds no number of 17 digits exactly, so such an order number is taken from the text. */
const numberAsText = (key: string, value: Json, ...[context]: { source: string }[]): Json =>
  key === 'order_number' && typeof value === 'number' ? (context?.source ?? value) : value

/**
 * The order that an event is about, as far as the event tells it. The ID is null when there is none that can be asked for: the
 * event may merely point to the order, or be about a payment or another thing that belongs to one.
 */
export function orderOf(event: JsonObject, text: string): { id: string | null; order: JsonObject } {
  const whole = orderIn(event, text)
  const places = whole ? [whole, ...placesOf(event)] : placesOf(event)
  for (const place of places) {
    const owner = idOf(place.order_id)
    const own = idOf(place.id) ?? idOf(place._id)
    if (place === whole && own !== null) return { id: own, order: whole }
    if (owner !== null) return { id: owner, order: whole ?? {} }
    if (own !== null) return { id: own, order: whole ?? place }
  }
  return { id: null, order: whole ?? {} }
}

function idOf(value: Json | undefined): string | null {
  const id = textOf(value)
  return id !== undefined && /^[A-Za-z0-9_-]{1,64}$/.test(id) ? id : null
}

/**
 * What an order of the Open API (https://open-api.docs.shoplineapp.com/docs/get-order) says: whether to relay it, and the
 * order as Sign Customiser takes it, with all of its lines. The order is null when it has no lines and must be fetched.
 */
export async function orderReport(id: string, order: JsonObject, reading: Reading): Promise<OrderReport> {
  const items = Array.isArray(order.subtotal_items) ? order.subtotal_items : []
  return {
    external_id: id,
    standing: standingOf(order, reading.relayWhen),
    order: items.length === 0 ? null : await newOrder(mapped(id, order, items, reading.currency), 'shopline'),
    related: relatedOf(order),
    updated_at: timeOf(order.updated_at),
  }
}

function mapped(id: string, order: JsonObject, items: readonly Json[], currency: string): Order {
  const external_order_number = textOf(order.order_number) ?? digitsOf(order.order_number) ?? id
  const products = linesOf(items)
  return {
    external_id: id,
    external_order_number,
    lines: products.map(({ external_id, price = null }) => ({ external_id, price })),
    warnings: [],
    content: {
      external_id: id,
      external_order_number,
      currency: currencyOf(order) ?? currency,
      ...filled({
        customer: customerOf(order),
        shipping_address: shippingAddressOf(order),
        shipping_line: translated(objectOf(order.order_delivery).name_translations),
      }),
      products,
    },
  }
}

const digitsOf = (value: Json | undefined): string | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) ? `${value}` : undefined

/** An order that is temporary, returned or not yet paid may be relayed another time. */
function standingOf(order: JsonObject, relayWhen: Reading['relayWhen']): OrderReport['standing'] {
  if (order.status === 'cancelled' || order.status === 'removed') return 'cancelled'
  if (order.status === 'temp' || order.type === 'return') return 'waiting'
  const isPaid = objectOf(order.order_payment).status === 'completed'
  return relayWhen === 'created' || isPaid ? 'ready' : 'waiting'
}

/** The orders that this one was split from or combined out of, or that it was split into. */
const relatedOf = ({ parent_order_id, child_order_ids }: JsonObject): string[] =>
  [parent_order_id, ...(Array.isArray(child_order_ids) ? child_order_ids : [])]
    .map(textOf)
    .filter((id) => id !== undefined)

/** Three capitals, of the order or of its total. */
const currencyOf = (order: JsonObject): string | undefined =>
  [order.currency_iso, objectOf(order.total).currency_iso]
    .map(textOf)
    .find((currency) => currency !== undefined && /^[A-Z]{3}$/.test(currency))

function timeOf(value: Json | undefined): number | null {
  const time = Date.parse(textOf(value) ?? '')
  return Number.isNaN(time) ? null : time
}
