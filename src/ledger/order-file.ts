import type { Design } from '../catalogue/design.ts'
import type { State } from './delivery.ts'
import { type Gate, readGate } from './gate.ts'
import { type OrderStory, readOrder } from './views.ts'

/** All that the ledger has of one order, for the operator who looks after it. */
export interface OrderFile {
  order: OrderStory
  /** What is sent, as JSON; null once it was erased. */
  body: string | null
  /** Until when it is tried, ISO 8601 in UTC. */
  give_up_at: string
  gate: Gate
  /** The designs of its lines. */
  designs: Design[]
}

/** An order as a product's row names it. */
export type OrderName = { external_id: string; number: string; state: State }

export function readOrderFile(sql: SqlStorage, externalId: string): OrderFile | null {
  const order = readOrder(sql, externalId)
  if (!order) return null
  const { body, give_up_at } = sql
    .exec<{ body: string | null; give_up_at: number }>(
      `SELECT body, give_up_at FROM deliveries WHERE destination = 'orders' AND external_id = ?`,
      externalId,
    )
    .one()
  const designs = sql.exec<{ design: string }>(
    `SELECT design FROM designs WHERE external_id IN
       (SELECT value ->> 'external_id' FROM json_each(coalesce(?, '{}'), '$.products'))`,
    body,
  )
  return {
    order,
    body,
    give_up_at: new Date(give_up_at).toISOString(),
    gate: readGate(sql, 'orders'),
    designs: designs.toArray().map(({ design }): Design => JSON.parse(design)),
  }
}

/** The newest orders that a product is in, at most `most`. */
export function ordersWith(sql: SqlStorage, product: string, most: number): OrderName[] {
  return sql
    .exec<OrderName>(
      `SELECT external_id, number, state FROM delivery_products JOIN deliveries ON seq = delivery
       WHERE product = ? AND destination = 'orders' ORDER BY delivery DESC LIMIT ?`,
      product,
      most,
    )
    .toArray()
}
