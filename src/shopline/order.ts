import type { Json, JsonObject } from '../http/json.ts'
import { newOrder, type Order } from '../ledger/new-order.ts'
import type { OrderReport } from '../ledger/order-report.ts'
import { filled, objectOf, textOf, translated } from './fields.ts'
import { linesOf } from './lines.ts'
import { customerOf, shippingAddressOf } from './person.ts'

/** How orders are read; the settings `CURRENCY` and `SHOPLINE_RELAY_WHEN`. */
export interface Reading {
  /** The store's currency, for an order that names none. */
  currency: string
  relayWhen: 'created' | 'paid'
}

/**
 * The ID of the order that a delivery is about: the resource may be the order, or a payment or another thing that belongs to
 * one, or merely point to it. Null when there is none that can be asked for.
 */
export function orderIdOf(envelope: JsonObject): string | null {
  const resource = objectOf(envelope.resource)
  const ids = [resource.order_id, resource.id, resource._id, envelope.id]
  return ids.map(textOf).find((id) => id !== undefined && /^[A-Za-z0-9_-]{1,64}$/.test(id)) ?? null
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
    order:
      items.length === 0 ? null : await newOrder(orderOf(id, order, items, reading.currency), 'shopline'),
    related: relatedOf(order),
    updated_at: timeOf(order.updated_at),
  }
}

function orderOf(id: string, order: JsonObject, items: readonly Json[], currency: string): Order {
  const external_order_number = textOf(order.order_number) ?? id
  const products = linesOf(items)
  return {
    external_id: id,
    external_order_number,
    products: products.map(({ external_id }) => external_id),
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
