import { type Design, designText } from '../catalogue/design.ts'
import { type Page, paged, prefixRange } from './page.ts'

/** A design as it comes to the ledger: `signed` is the text of the signed body, `signed_at` its timestamp in Unix seconds. */
export interface NewDesign {
  design: Design
  signed: string
  signed_at: number
}

/**
 * `new` and `changed` are to be published, `known` says nothing new, `outdated` was signed before what the ledger has,
 * `conflict` would put an import in the place of a signed design.
 */
export type Recorded = 'new' | 'changed' | 'known' | 'outdated' | 'conflict'

type Known = { same: 0 | 1; signed_at: number; source: Design['source'] }

/**
 * Records a design under its external ID. The newest by signed timestamp is what counts.
 *
 * A new one is published by who brought it, and found in the ledger should that fail. A changed one is published again at
 * `publishAt`, in milliseconds: of two puts that race, KV keeps either, and an old price must not stay.
 */
export function record(
  sql: SqlStorage,
  { design, signed, signed_at }: NewDesign,
  publishAt: number,
): Recorded {
  const text = JSON.stringify(design)
  // Nearly all are new, so asking first would be a statement more for each.
  const inserted = sql.exec(
    `INSERT INTO designs (external_id, product_id, signed_at, design, signed) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (external_id) DO NOTHING`,
    design.external_id,
    design.product_id,
    signed_at,
    text,
    signed,
  )
  if (inserted.rowsWritten > 0) return 'new'

  const known = sql
    .exec<Known>(
      `SELECT signed = ?1 AS same, signed_at, design ->> 'source' AS source FROM designs WHERE external_id = ?2`,
      signed,
      design.external_id,
    )
    .one()
  // The event is the callback's echo: it only fills a gap.
  if (design.source === 'event') return 'known'
  if (design.source === 'import' && known.source !== 'import') return 'conflict'
  if (signed_at < known.signed_at) return 'outdated'
  if (known.same === 1 && design.source === known.source) {
    if (signed_at > known.signed_at)
      sql.exec('UPDATE designs SET signed_at = ? WHERE external_id = ?', signed_at, design.external_id)
    return 'known'
  }
  sql.exec(
    'UPDATE designs SET product_id = ?, signed_at = ?, publish_at = ?, design = ?, signed = ? WHERE external_id = ?',
    design.product_id,
    signed_at,
    publishAt,
    text,
    signed,
    design.external_id,
  )
  return 'changed'
}

type Row = { seq: number; external_id: string; signed_at: number; design: string; signed: string }

/** The text under which a design is published; null when the ledger never issued the ID. */
export function readDesign(sql: SqlStorage, externalId: string): string | null {
  const [row] = sql
    .exec<Row>('SELECT design, signed FROM designs WHERE external_id = ?', externalId)
    .toArray()
  return row ? designText(JSON.parse(row.design), row.signed) : null
}

/** The external ID of a product of Sign Customiser's, or null. */
export function productIdOf(sql: SqlStorage, productId: string): string | null {
  const rows = sql.exec<{ external_id: string }>(
    'SELECT external_id FROM designs WHERE product_id = ? ORDER BY seq DESC LIMIT 1',
    productId,
  )
  return rows.toArray()[0]?.external_id ?? null
}

/** Designs newest first, by the beginning of their external ID or of Sign Customiser's product ID. */
export function listDesigns(
  sql: SqlStorage,
  { q, limit, before }: { q: string | null; limit: number; before: number },
): Page<Design> {
  const matching =
    q === null
      ? ''
      : `AND seq IN (SELECT seq FROM designs WHERE external_id >= ? AND external_id < ?
                     UNION SELECT seq FROM designs WHERE product_id >= ? AND product_id < ?)`
  const range = q === null ? [] : [...prefixRange(q), ...prefixRange(q)]
  const rows = sql.exec<Pick<Row, 'seq' | 'design'>>(
    `SELECT seq, design FROM designs WHERE seq < ? ${matching} ORDER BY seq DESC LIMIT ?`,
    before,
    ...range,
    limit + 1,
  )
  return paged(rows.toArray(), limit, ({ design }): Design => JSON.parse(design))
}

/** Notes that KV may lack a design's newest version, which is due for publishing at `publishAt`, in milliseconds. */
export function markUnpublished(sql: SqlStorage, externalId: string, publishAt: number): void {
  sql.exec('UPDATE designs SET publish_at = ? WHERE external_id = ?', publishAt, externalId)
}

/** Notes that KV has the version that was signed at `signedAt`, in Unix seconds. */
export function markPublished(sql: SqlStorage, externalId: string, signedAt: number): void {
  sql.exec(
    'UPDATE designs SET publish_at = NULL WHERE external_id = ? AND signed_at = ? AND publish_at IS NOT NULL',
    externalId,
    signedAt,
  )
}

/** The designs that KV may lack in their newest version, the longest due first. */
export function unpublished(
  sql: SqlStorage,
  now: number,
  most: number,
): { external_id: string; signed_at: number; text: string }[] {
  return sql
    .exec<Row>(
      'SELECT external_id, signed_at, design, signed FROM designs WHERE publish_at <= ? ORDER BY publish_at LIMIT ?',
      now,
      most,
    )
    .toArray()
    .map(({ external_id, signed_at, design, signed }) => ({
      external_id,
      signed_at,
      text: designText(JSON.parse(design), signed),
    }))
}

/** When the next design is due for publishing, in milliseconds since 1970; null when KV has them all. */
export function nextPublishing(sql: SqlStorage): number | null {
  return sql
    .exec<{ at: number | null }>('SELECT min(publish_at) AS at FROM designs WHERE publish_at IS NOT NULL')
    .one().at
}
