import { addEntry, type Delivery } from './deliveries.ts'
import { issuedAmong } from './issued.ts'
import type { NewOrder } from './new-order.ts'

export type Acceptance =
  /** New, or in place of a rejected one that can't have landed: to be tried. */
  | { result: 'accepted'; delivery: Delivery }
  | { result: 'seen' }
  | { result: 'conflict' }
  /** Nothing is stored; `lines` are the places, from 0, of the products that the ledger does not know. */
  | { result: 'unknown-products'; lines: number[] }

/** What there is of an order that was taken in before. */
export type Known = Pick<Delivery, 'seq' | 'state' | 'attempts' | 'may_have_landed' | 'body'> & {
  number: string
  digest: string
}

export function readKnown(sql: SqlStorage, externalId: string): Known | null {
  const rows = sql.exec<Known>(
    `SELECT seq, number, state, attempts, may_have_landed, body, digest FROM deliveries
     WHERE destination = 'orders' AND external_id = ?`,
    externalId,
  )
  return rows.toArray()[0] ?? null
}

/** Takes an order into the ledger, once. Times are milliseconds since 1970. */
export function accept(sql: SqlStorage, order: NewOrder, now: number, giveUpAt: number): Acceptance {
  const known = readKnown(sql, order.external_id)
  if (known?.digest === order.digest) return { result: 'seen' }
  if (known && (known.state !== 'rejected' || known.may_have_landed === 1)) return { result: 'conflict' }

  const lines = unknownProducts(sql, order.products)
  if (lines.length > 0) return { result: 'unknown-products', lines }

  const seq = known ? replace(sql, known, order, now, giveUpAt) : insert(sql, order, now, giveUpAt)
  sql.exec(
    'INSERT OR IGNORE INTO delivery_products (product, delivery) SELECT value, ?2 FROM json_each(?1)',
    JSON.stringify(order.products),
    seq,
  )
  return {
    result: 'accepted',
    delivery: {
      seq,
      destination: 'orders',
      external_id: order.external_id,
      state: 'queued',
      attempts: known?.attempts ?? 0,
      may_have_landed: 0,
      give_up_at: giveUpAt,
      body: order.body,
    },
  }
}

function unknownProducts(sql: SqlStorage, products: readonly string[]): number[] {
  const issued = issuedAmong(sql, products)
  return products.flatMap((product, line) => (issued.has(product) ? [] : [line]))
}

function insert(sql: SqlStorage, order: NewOrder, now: number, giveUpAt: number): number {
  return sql
    .exec<{ seq: number }>(
      `INSERT INTO deliveries (destination, external_id, number, source, state, digest, next_attempt_at, give_up_at,
         received_at, changed_at, body)
       VALUES ('orders', ?1, ?2, ?3, 'queued', ?4, ?5, ?6, ?5, ?5, ?7) RETURNING seq`,
      order.external_id,
      order.number,
      order.source,
      order.digest,
      now,
      giveUpAt,
      order.body,
    )
    .one().seq
}

/** The corrected order takes the place of the one that was rejected, whose body stays in the history. */
function replace(
  sql: SqlStorage,
  { seq, body }: Known,
  order: NewOrder,
  now: number,
  giveUpAt: number,
): number {
  addEntry(sql, seq, { at: now, outcome: 'replaced', body })
  sql.exec(
    `DELETE FROM delivery_products
     WHERE delivery = ? AND product IN (SELECT value ->> 'external_id' FROM json_each(?, '$.products'))`,
    seq,
    body,
  )
  sql.exec(
    `UPDATE deliveries SET number = ?1, state = 'queued', digest = ?2, next_attempt_at = ?3, give_up_at = ?4, changed_at = ?3,
       body = ?5 WHERE seq = ?6`,
    order.number,
    order.digest,
    now,
    giveUpAt,
    order.body,
    seq,
  )
  return seq
}
