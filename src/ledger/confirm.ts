import { addEntry } from './deliveries.ts'
import type { State } from './delivery.ts'

/** What `order:created` tells of an order that Sign Customiser has. */
export interface Proof {
  external_id: string
  number: string
  /** Sign Customiser's own order ID, as JSON text. */
  remote_id: string | null
  /** Sign Customiser's product IDs, where the event lists any. */
  product_ids: readonly string[]
}

type Order = { seq: number; state: State; may_have_landed: 0 | 1; is_confirmed: 0 | 1 }

/**
 * Takes an event for what it proves: an order that may have landed is settled as relayed, a relayed one is marked as confirmed.
 * The event is sent for the whole organisation, so that it settles nothing unless ID, number and a product fit.
 */
export function confirm(sql: SqlStorage, proof: Proof, now: number): 'settled' | 'confirmed' | 'not-ours' {
  const order = find(sql, proof)
  if (!order || !isWithin(sql, order.seq, proof.product_ids)) return 'not-ours'
  const { seq, state } = order
  if (state === 'relayed') {
    sql.exec('UPDATE deliveries SET remote_id = coalesce(remote_id, ?) WHERE seq = ?', proof.remote_id, seq)
    if (order.is_confirmed === 0) addEntry(sql, seq, { at: now, outcome: 'confirmed' })
    return 'confirmed'
  }
  if (state !== 'sending' && order.may_have_landed === 0) return 'not-ours'
  sql.exec(
    `UPDATE deliveries SET state = 'relayed', relayed_at = ?1, changed_at = ?1, next_attempt_at = NULL, not_before = 0,
       remote_id = ?2, last_error = NULL WHERE seq = ?3`,
    now,
    proof.remote_id,
    seq,
  )
  addEntry(sql, seq, { at: now, outcome: 'confirmed' })
  return 'settled'
}

const find = (sql: SqlStorage, { external_id, number }: Proof): Order | undefined =>
  sql
    .exec<Order>(
      `SELECT seq, state, may_have_landed,
         EXISTS (SELECT 1 FROM history WHERE delivery = seq AND outcome = 'confirmed') AS is_confirmed
       FROM deliveries WHERE destination = 'orders' AND external_id = ? AND number = ?`,
      external_id,
      number,
    )
    .toArray()[0]

/** Says whether one of the products is in the order; with none listed there is nothing to compare. */
function isWithin(sql: SqlStorage, seq: number, productIds: readonly string[]): boolean {
  if (productIds.length === 0) return true
  const rows = sql.exec(
    `SELECT 1 FROM designs JOIN delivery_products ON product = external_id AND delivery = ?
     WHERE product_id IN (SELECT value FROM json_each(?)) LIMIT 1`,
    seq,
    JSON.stringify(productIds),
  )
  return rows.toArray().length > 0
}
