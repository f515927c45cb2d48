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

/**
 * Takes an order into the ledger, once. With `leaseEnd` its first attempt begins in the same commit: what is new comes in as
 * `sending`, leased until then. Times are milliseconds since 1970.
 */
export function accept(
  sql: SqlStorage,
  order: NewOrder,
  now: number,
  giveUpAt: number,
  leaseEnd: number | null = null,
): Acceptance {
  const lines = unknownProducts(sql, order.products)
  // Nearly all are new, so asking first would be a statement more for each.
  const inserted = lines.length === 0 ? insert(sql, order, now, giveUpAt, leaseEnd) : null
  if (inserted) return { result: 'accepted', delivery: inserted }

  const known = readKnown(sql, order.external_id)
  if (known?.digest === order.digest) return { result: 'seen' }
  if (known && (known.state !== 'rejected' || known.may_have_landed === 1)) return { result: 'conflict' }
  if (lines.length > 0 || !known) return { result: 'unknown-products', lines }
  return { result: 'accepted', delivery: replace(sql, known, order, now, giveUpAt) }
}

function unknownProducts(sql: SqlStorage, products: readonly string[]): number[] {
  const issued = issuedAmong(sql, products)
  return products.flatMap((product, line) => (issued.has(product) ? [] : [line]))
}

/** Null when the ledger has an order of this ID. */
function insert(
  sql: SqlStorage,
  order: NewOrder,
  now: number,
  giveUpAt: number,
  leaseEnd: number | null,
): Delivery | null {
  const isLeased = leaseEnd !== null
  const state = isLeased ? 'sending' : 'queued'
  const attempts = isLeased ? 1 : 0
  const [row] = sql
    .exec<{ seq: number }>(
      `INSERT INTO deliveries (destination, external_id, number, source, state, attempts, digest, next_attempt_at, give_up_at,
         received_at, changed_at, body)
       VALUES ('orders', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10)
       ON CONFLICT (destination, external_id) DO NOTHING RETURNING seq`,
      order.external_id,
      order.number,
      order.source,
      state,
      attempts,
      order.digest,
      leaseEnd ?? now,
      giveUpAt,
      now,
      order.body,
    )
    .toArray()
  if (!row) return null
  addProducts(sql, row.seq, order)
  return deliveryOf(row.seq, order, state, attempts, giveUpAt)
}

/** The corrected order takes the place of the one that was rejected, whose body stays in the history. */
function replace(
  sql: SqlStorage,
  { seq, attempts, body }: Known,
  order: NewOrder,
  now: number,
  giveUpAt: number,
): Delivery {
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
  addProducts(sql, seq, order)
  return deliveryOf(seq, order, 'queued', attempts, giveUpAt)
}

function addProducts(sql: SqlStorage, seq: number, order: NewOrder): void {
  for (const product of new Set(order.products))
    sql.exec('INSERT OR IGNORE INTO delivery_products (product, delivery) VALUES (?, ?)', product, seq)
}

const deliveryOf = (
  seq: number,
  { external_id, body }: NewOrder,
  state: Delivery['state'],
  attempts: number,
  give_up_at: number,
): Delivery => ({
  seq,
  destination: 'orders',
  external_id,
  state,
  attempts,
  may_have_landed: 0,
  give_up_at,
  body,
})
