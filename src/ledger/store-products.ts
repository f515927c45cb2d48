import type { Context } from './channel.ts'
import type { Outcome } from './delivery.ts'
import { clearMark, setMark } from './marks.ts'
import { alert } from './outbox.ts'

/** How long a claim keeps others off, in milliseconds: longer than making a product may take. */
const CLAIM_MS = 10_000

/**
 * Who may make a design's product in the store. `busy`: somebody else is at it. `wait`: the store asked to be left alone.
 * With `may_exist` an earlier attempt may have made it.
 */
export type ProductClaim =
  | { result: 'made'; external_id: string }
  | { result: 'claimed'; may_exist: boolean }
  | { result: 'busy' }
  | { result: 'wait'; ms: number }

/** What became of an attempt to make a product. */
export type Making =
  | { result: 'made'; external_id: string; status: number }
  | { result: 'failed'; may_exist: boolean; outcome: Exclude<Outcome, { outcome: 'relayed' }> }

/** What a making says of the store itself. */
export const outcomeOf = (making: Making): Outcome =>
  making.result === 'made' ? { outcome: 'relayed', status: making.status, remoteId: null } : making.outcome

type Row = { claimed_until: number; may_exist: 0 | 1; store_id: string | null }

/**
 * Claims a design, known by its SKU, for one who makes its product. The claim lapses: whoever made it may have died with the
 * product made and nobody told, which is why the next one learns that it may exist.
 */
export function claimProduct({ sql, channels }: Context, sku: string, now: number): ProductClaim {
  const [row] = sql
    .exec<Row>('SELECT claimed_until, may_exist, store_id FROM store_products WHERE sku = ?', sku)
    .toArray()
  if (row && row.store_id !== null) return { result: 'made', external_id: row.store_id }
  if (row && row.claimed_until > now) return { result: 'busy' }
  const { reason, closed_until } = channels.shopline.gate
  if (reason === 'asked-to-wait' && closed_until !== null && closed_until > now)
    return { result: 'wait', ms: closed_until - now }

  sql.exec(
    `INSERT INTO store_products (sku, claimed_until, may_exist) VALUES (?1, ?2, 1)
     ON CONFLICT DO UPDATE SET claimed_until = ?2, may_exist = 1`,
    sku,
    now + CLAIM_MS,
  )
  return { result: 'claimed', may_exist: row?.may_exist === 1 }
}

/**
 * Ends a claim with what came of it. What the store refuses for good is an alert, once for each product, and once for a token
 * that lacks a permission; a token that it does not take at all is the gate's to tell.
 */
export function settleProduct(ctx: Context, sku: string, making: Making, now: number): void {
  const { sql } = ctx
  const externalId = making.result === 'made' ? making.external_id : null
  const mayExist = making.result === 'failed' && making.may_exist
  sql.exec(
    'UPDATE store_products SET claimed_until = 0, may_exist = ?, store_id = coalesce(store_id, ?) WHERE sku = ?',
    mayExist ? 1 : 0,
    externalId,
    sku,
  )
  if (making.result === 'made') {
    clearMark(sql, 'refused', sku)
    clearMark(sql, 'refused', PERMISSION)
    return
  }
  const { outcome, status } = making.outcome
  const about = status === 403 ? PERMISSION : outcome === 'rejected' ? sku : null
  if (about === null || !setMark(sql, 'refused', about)) return
  const text =
    about === PERMISSION
      ? 'SHOPLINE forbids the bridge to make products: give the access token the permission for products.'
      : `SHOPLINE refused to make the product of design ${sku}: the shopper could not buy it.`
  alert(ctx, { kind: 'product-refused', text, external_id: sku }, now)
}

const PERMISSION = 'token'
