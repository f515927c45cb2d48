import type { Context } from './channel.ts'
import { count } from './counters.ts'
import {
  type Actor,
  addEntry,
  cancel,
  confirm,
  type Delivery,
  decide,
  eraseContent,
  findDelivery,
  isWaiting,
  replace,
  take,
} from './deliveries.ts'
import { isInProduct, type Priced, pricesOf, productsWith } from './designs.ts'
import { eraseAbout, erasePayloads, type Proof } from './events.ts'
import { openAsConfirmed } from './gate-keeping.ts'
import { setMark } from './marks.ts'
import { differences, type NewOrder, type Warning } from './new-order.ts'
import { tellOfCancelled, tellOfState, tellOfTwo } from './notices.ts'

export type Acceptance =
  /** New, or in place of one that can't have arrived: to be tried. */
  | { result: 'accepted'; delivery: Delivery }
  | { result: 'seen' }
  /** It is another order than the one of this ID; `pointers` are the first places where they differ. */
  | { result: 'conflict'; pointers: string[] }
  /** Nothing is stored; `lines` are the places, from 0, of the products that the ledger does not know. */
  | { result: 'unknown-products'; lines: number[] }

const MOST_POINTERS = 10

/**
 * Takes an order into the ledger, once. With `leaseEnd` its first attempt begins in the same commit: what is new comes in as
 * `sending`, leased until then. Times are milliseconds since 1970.
 */
export function accept(
  ctx: Context,
  order: NewOrder,
  now: number,
  leaseEnd: number | null = null,
): Acceptance {
  const { sql, channels, alarm } = ctx
  const designs = pricesOf(
    sql,
    order.lines.map(({ external_id }) => external_id),
  )
  const lines = order.lines.flatMap(({ external_id }, line) => (designs.has(external_id) ? [] : [line]))
  const give_up_at = channels.orders.giveUpAt(now)
  const { external_id, number, source, digest, body } = order
  const warnings = warningsOf(order, designs)
  const incoming = {
    destination: 'orders' as const,
    external_id,
    number,
    source,
    digest,
    body,
    refers: null,
    warnings: warnings.length === 0 ? null : JSON.stringify(warnings),
    give_up_at,
  }
  // Nearly all are new, so asking first would be a statement more for each.
  const taken = lines.length === 0 ? take(sql, incoming, now, leaseEnd) : null
  if (taken) {
    addProducts(sql, taken.seq, order)
    for (const { code } of warnings) count(sql, 'warnings', code)
    if (leaseEnd === null) alarm.by(Math.max(now, channels.orders.gate.closed_until ?? now))
    return { result: 'accepted', delivery: taken }
  }

  const known = readKnown(sql, external_id)
  if (known?.digest === digest) return { result: 'seen' }
  const canBeReplaced = known && (known.state === 'rejected' || known.state === 'queued') && known.lost === 0
  if (known && !canBeReplaced) return { result: 'conflict', pointers: pointersOf(known, order) }
  if (lines.length > 0 || !known) return { result: 'unknown-products', lines }
  const replaced = replace(sql, known, incoming, now)
  if (!replaced) throw new Error('an order that can be replaced was not')
  removeProducts(sql, known)
  addProducts(sql, replaced.seq, order)
  for (const { code } of warnings) count(sql, 'warnings', code)
  alarm.by(Math.max(now, replaced.not_before, channels.orders.gate.closed_until ?? now))
  return { result: 'accepted', delivery: replaced }
}

/** What there is of an order that was taken in before. */
export type Known = Delivery & { digest: string }

export function readKnown(sql: SqlStorage, externalId: string): Known | null {
  const delivery = findDelivery(sql, 'orders', externalId)
  if (!delivery) return null
  const { digest } = sql
    .exec<{ digest: string }>('SELECT digest FROM deliveries WHERE seq = ?', delivery.seq)
    .one()
  return { ...delivery, digest }
}

const pointersOf = ({ body }: Known, order: NewOrder): string[] =>
  body === null ? [] : differences(JSON.parse(body), JSON.parse(order.body), MOST_POINTERS)

/** What differs from the signed designs. SHOPLINE counts some currencies otherwise, so its prices are not compared. */
function warningsOf(order: NewOrder, designs: ReadonlyMap<string, Priced>): Warning[] {
  const warnings = [...order.warnings]
  if (order.source === 'shopline') return warnings
  let isOtherCurrency = false
  order.lines.forEach(({ external_id, price }, line) => {
    const design = designs.get(external_id)
    if (!design || design.price === null) return
    if (order.currency !== null && design.currency !== order.currency) isOtherCurrency = true
    else if (price !== null && price !== design.price)
      warnings.push({
        code: 'price-differs',
        pointer: `/products/${line}/price`,
        detail: `is ${price}, the signed design says ${design.price}`,
      })
  })
  if (isOtherCurrency)
    warnings.push({
      code: 'currency-differs',
      pointer: '/currency',
      detail: 'is not the currency of the signed designs',
    })
  return warnings
}

function addProducts(sql: SqlStorage, seq: number, { lines }: NewOrder): void {
  for (const product of new Set(lines.map(({ external_id }) => external_id)))
    sql.exec('INSERT OR IGNORE INTO delivery_products (product, delivery) VALUES (?, ?)', product, seq)
}

function removeProducts(sql: SqlStorage, { seq, body }: Known): void {
  for (const product of productsIn(body))
    sql.exec('DELETE FROM delivery_products WHERE product = ? AND delivery = ?', product, seq)
}

/** The product IDs of an order's content. */
function productsIn(body: string | null): string[] {
  const { products } = JSON.parse(body ?? '{}') as { products?: { external_id: string }[] }
  return (products ?? []).map(({ external_id }) => external_id)
}

/**
 * Takes an event for what it proves: an order that was sent is settled as relayed, a relayed one is marked as confirmed. The event is
 * sent for the whole organisation, so it settles nothing unless ID, number and a product fit; one that lists no product only settles
 * an order none of whose designs has an ID of Sign Customiser's.
 */
export function settleByProof(ctx: Context, proof: Proof, now: number): 'settled' | 'confirmed' | 'not-ours' {
  const { sql, channels } = ctx
  const order = findDelivery(sql, 'orders', proof.external_id)
  if (!order || order.number !== proof.number || order.attempts === 0 || !fits(sql, order, proof))
    return 'not-ours'
  const confirmed = confirm(sql, order.seq, proof.remote_id, now)
  if (confirmed.result === 'settled') {
    tellOfState(ctx, order, 'relayed', now)
    if (confirmed.is_cancelled === 1) tellOfCancelled(ctx, order, true, now)
    openAsConfirmed(ctx, channels.orders)
    return 'settled'
  }
  noteTwo(ctx, order, proof, now)
  return 'confirmed'
}

/** An order that was sent more than once and is confirmed under another ID than before is there twice. */
function noteTwo(ctx: Context, order: Delivery, { remote_id }: Proof, now: number): void {
  if (order.attempts < 2 || remote_id === null || order.remote_id === null || remote_id === order.remote_id)
    return
  if (!setMark(ctx.sql, 'told', `twice ${remote_id} ${order.external_id}`)) return
  addEntry(ctx.sql, order.seq, { at: now, outcome: 'twice', detail: `Also there as ${remote_id}.` })
  tellOfTwo(ctx, order, [order.remote_id, remote_id], now)
}

function fits(sql: SqlStorage, { seq, body }: Delivery, { product_ids, external_ids }: Proof): boolean {
  const isIn = (product: string) =>
    sql.exec('SELECT 1 FROM delivery_products WHERE product = ? AND delivery = ?', product, seq).toArray()
      .length > 0
  if (product_ids.length > 0 || external_ids.length > 0)
    return external_ids.some(isIn) || product_ids.flatMap((id) => productsWith(sql, id)).some(isIn)
  return body !== null && !productsIn(body).some((product) => isInProduct(sql, product))
}

/** What came of the wish to withdraw an order. `under-way`: the attempt that is being made is the last. */
export type Withdrawal = 'withdrawn' | 'under-way' | 'already-relayed' | 'not-found'

/** Withdraws an order. One that has arrived, or may have, is an alert: Sign Customiser has no call that cancels. */
export function withdraw(ctx: Context, externalId: string, by: Actor, now: number): Withdrawal {
  const order = findDelivery(ctx.sql, 'orders', externalId)
  if (!order) return 'not-found'
  const cancelled = cancel(ctx.sql, order.seq, by, now)
  if (cancelled === 'relayed') {
    // What is relayed stays so: however often it is asked for, it is told of once.
    if (setMark(ctx.sql, 'told', `cancelled ${externalId}`)) tellOfCancelled(ctx, order, true, now)
    return 'already-relayed'
  }
  if (cancelled === 'cancelled' && order.lost > 0) tellOfCancelled(ctx, order, false, now)
  return cancelled === 'last-attempt' ? 'under-way' : 'withdrawn'
}

/** What an operator found out about an order. `remoteId` is Sign Customiser's own ID, as JSON text. */
export type Decision = { arrived: true; remoteId: string | null } | { arrived: false }

/** Takes an operator's word for whether an order has arrived; one that has not is tried again. */
export function settleByHand(
  ctx: Context,
  externalId: string,
  decision: Decision,
  by: Actor,
  now: number,
): 'settled' | 'not-settleable' | 'not-found' {
  const { sql, channels, alarm } = ctx
  const order = findDelivery(sql, 'orders', externalId)
  if (!order) return 'not-found'
  const whole = decision.arrived ? decision : { ...decision, giveUpAt: channels.orders.giveUpAt(now) }
  if (!decide(sql, order.seq, whole, by, now)) return 'not-settleable'
  if (decision.arrived) tellOfState(ctx, order, 'relayed', now)
  else alarm.by(Math.max(now, channels.orders.gate.closed_until ?? now))
  return 'settled'
}

/**
 * Erases an order's content at the wish of whom it is about, and that of the events about it. ID, number and state stay. One that
 * waits is not erased, since it could not be sent.
 */
export function eraseOrder(ctx: Context, externalId: string, now: number): 'erased' | 'waits' | 'not-found' {
  const { sql } = ctx
  const order = findDelivery(sql, 'orders', externalId)
  if (!order) return 'not-found'
  if (isWaiting(order) || order.state === 'sending') return 'waits'
  eraseContent(sql, order.seq)
  eraseAbout(sql, externalId)
  erasePayloads(sql, externalId)
  if (order.remote_id !== null) erasePayloads(sql, `${JSON.parse(order.remote_id)}`)
  addEntry(sql, order.seq, { at: now, outcome: 'erased' })
  return 'erased'
}
