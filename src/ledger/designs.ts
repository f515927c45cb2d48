import { publish, withdraw } from '../catalogue/catalogue.ts'
import { type Design, published } from '../catalogue/design.ts'
import { log, logFault } from '../log.ts'
import { within } from '../within.ts'
import type { Context } from './channel.ts'
import { step } from './delivery.ts'
import { type Page, paged, prefixRange } from './page.ts'

/**
 * A design as it comes to the ledger: what orders and lists need of it, the digest of the body that was signed (SHA-256 in hex), and
 * its timestamp in Unix seconds. The body itself goes to KV.
 */
export interface NewDesign {
  design: Design
  digest: string
  signed_at: number
}

/**
 * `new` and `changed` are to be published, `known` says nothing new, `outdated` was signed before what the ledger has, `erased` is
 * what a customer wished to have erased, `conflict` would put an import in the place of a signed design.
 */
export type Recorded = 'new' | 'changed' | 'known' | 'outdated' | 'erased' | 'conflict'

const LONGEST_TITLE = 500
const LONGEST_DESCRIPTION = 10_000

type Known = { digest: string; signed_at: number; erased_at: number | null; design: string }

/**
 * Records a design under its external ID. The newest by signed timestamp is what counts; of two signed in one second the later
 * by the product's own `updated_at`, else the one that is there.
 */
export function record(sql: SqlStorage, { design, digest, signed_at }: NewDesign): Recorded {
  const { title, description } = design
  const facts = JSON.stringify({
    ...design,
    title: cut(title, LONGEST_TITLE),
    description: cut(description, LONGEST_DESCRIPTION),
  })
  // Nearly all are new, so asking first would be a statement more for each.
  const inserted = sql.exec(
    `INSERT INTO designs (external_id, product_id, signed_at, digest, design) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (external_id) DO NOTHING`,
    design.external_id,
    design.product_id,
    signed_at,
    digest,
    facts,
  )
  if (inserted.rowsWritten > 0) return 'new'

  const known = sql
    .exec<Known>(
      'SELECT digest, signed_at, erased_at, design FROM designs WHERE external_id = ?',
      design.external_id,
    )
    .one()
  const before: Design = JSON.parse(known.design)
  // The event is the callback's echo: it only fills a gap.
  if (design.source === 'event') return 'known'
  if (design.source === 'import' && before.source !== 'import') return 'conflict'
  const isSame = known.digest === digest && design.source === before.source
  if (isSame) {
    if (signed_at > known.signed_at)
      sql.exec('UPDATE designs SET signed_at = ? WHERE external_id = ?', signed_at, design.external_id)
    if (known.erased_at === null) return 'known'
    // A callback that comes again brings nothing back; an import is the store's own wish.
    if (design.source !== 'import') return 'erased'
  }
  // An import's time is ours, and whatever was signed is worth more.
  const isNewer =
    before.source !== design.source ||
    signed_at > known.signed_at ||
    (signed_at === known.signed_at &&
      (design.source === 'import' || isLater(design.updated_at, before.updated_at)))
  if (!isNewer || (signed_at < known.signed_at && before.source !== 'import')) return 'outdated'
  sql.exec(
    `UPDATE designs SET product_id = ?, signed_at = ?, digest = ?, design = ?, erased_at = NULL, publish_at = NULL, signed = NULL
     WHERE external_id = ?`,
    design.product_id,
    signed_at,
    digest,
    facts,
    design.external_id,
  )
  return 'changed'
}

/** The beginning of a text, without half a character at its end. */
const cut = (text: string | null, most: number) => (text === null ? null : text.slice(0, most).toWellFormed())

const isLater = (one: string | null, other: string | null) =>
  one !== null && (other === null || Date.parse(one) > Date.parse(other))

/**
 * Keeps the signed body of a design until the alarm has put it into KV, at `publishAt` in milliseconds. Of a version that is no
 * longer the newest nothing is kept: what the ledger has of the newest is put instead, since KV may hold the older one.
 */
export function hold(
  ctx: Context,
  externalId: string,
  digest: string,
  signed: Uint8Array<ArrayBuffer>,
  publishAt: number,
): void {
  ctx.sql.exec(
    `UPDATE designs SET signed = iif(digest = ?1, ?2, signed), publish_at = ?3 WHERE external_id = ?4 AND erased_at IS NULL`,
    digest,
    signed,
    publishAt,
    externalId,
  )
  ctx.alarm.by(publishAt)
}

/** How long KV may take to show at every edge what was put into it, with a margin, in milliseconds. */
const SHOWN_AFTER_MS = 10 * 60_000

/**
 * Has the alarm put a design into KV which was not found there, a minute from now. One that is about to be put keeps its time, however
 * often it is asked for; one that is young may be there and not show yet.
 */
export function heal(ctx: Context, externalId: string, now: number): void {
  const design = factsOf(ctx.sql, externalId)
  if (design === null || Date.parse((JSON.parse(design) as Design).received_at) > now - SHOWN_AFTER_MS) return
  const publishAt = now + PUBLISH_AGAIN_MS
  const asked = ctx.sql.exec(
    'UPDATE designs SET publish_at = ? WHERE external_id = ? AND publish_at IS NULL AND erased_at IS NULL',
    publishAt,
    externalId,
  )
  if (asked.rowsWritten > 0) ctx.alarm.by(publishAt)
}

type Row = {
  seq: number
  external_id: string
  digest: string
  design: string
  erased_at: number | null
  signed: ArrayBuffer | null
}

/** What the ledger keeps of a design, as JSON text; null when it never issued the ID, or its content was erased. */
export function factsOf(sql: SqlStorage, externalId: string): string | null {
  const rows = sql.exec<Pick<Row, 'design'>>(
    'SELECT design FROM designs WHERE external_id = ? AND erased_at IS NULL',
    externalId,
  )
  return rows.toArray()[0]?.design ?? null
}

/** A design as it will be published, in UTF-8, while the ledger holds its body; else null. */
export function heldDesign(sql: SqlStorage, externalId: string): Uint8Array<ArrayBuffer> | null {
  const [row] = sql
    .exec<Pick<Row, 'design' | 'signed'>>(
      'SELECT design, signed FROM designs WHERE external_id = ? AND signed IS NOT NULL AND erased_at IS NULL',
      externalId,
    )
    .toArray()
  return row?.signed ? published(row.design, new Uint8Array(row.signed)) : null
}

/** The external ID of a product of Sign Customiser's, or null. */
export const productIdOf = (sql: SqlStorage, productId: string): string | null =>
  productsWith(sql, productId)[0] ?? null

/** The external IDs that a product of Sign Customiser's was given, the newest first. */
export function productsWith(sql: SqlStorage, productId: string): string[] {
  const rows = sql.exec<{ external_id: string }>(
    'SELECT external_id FROM designs WHERE product_id = ? ORDER BY seq DESC LIMIT 10',
    productId,
  )
  return rows.toArray().map(({ external_id }) => external_id)
}

/** Says whether a design has an ID of Sign Customiser's; an imported one has none. */
export function isInProduct(sql: SqlStorage, externalId: string): boolean {
  const rows = sql.exec('SELECT 1 FROM designs WHERE external_id = ? AND product_id IS NOT NULL', externalId)
  return rows.toArray().length > 0
}

/** What a design costs, in minor units; null when it does not say, or its content was erased. */
export type Priced = { price: number | null; currency: string | null }

/** The prices of those product IDs that the ledger has issued: what else an order holds is no sign. */
export function pricesOf(sql: SqlStorage, externalIds: readonly string[]): Map<string, Priced> {
  const prices = new Map<string, Priced>()
  // One by one: an order has a line or two, and a look-up costs less than taking a list apart in SQL.
  for (const id of new Set(externalIds)) {
    const [row] = sql
      .exec<Priced>(
        `SELECT design ->> 'price' AS price, design ->> 'currency' AS currency FROM designs WHERE external_id = ?`,
        id,
      )
      .toArray()
    if (row) prices.set(id, row)
  }
  return prices
}

/** Those of the product IDs that the ledger has issued. */
export const issuedAmong = (sql: SqlStorage, externalIds: readonly string[]): Set<string> =>
  new Set(pricesOf(sql, externalIds).keys())

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
  const rows = sql.exec<Pick<Row, 'seq' | 'design'> & { size: number }>(
    `SELECT seq, design, octet_length(design) AS size FROM designs
     WHERE seq < ? AND erased_at IS NULL ${matching} ORDER BY seq DESC LIMIT ?`,
    before,
    ...range,
    limit + 1,
  )
  return paged(rows, limit, ({ design }): Design => JSON.parse(design))
}

/**
 * Erases a design's content at a customer's wish, and has the alarm take it out of KV a minute later: by then no put of it is under
 * way any more. Its ID stays known, and orders of it still go out. The same callback, should it come again, does not bring it back.
 *
 * Returns what there was; null when there was nothing.
 */
export function eraseDesign({ sql, alarm }: Context, externalId: string, now: number): Design | null {
  const facts = factsOf(sql, externalId)
  if (facts === null) return null
  const design: Design = JSON.parse(facts)
  const empty: Design = {
    ...design,
    title: null,
    description: null,
    price: null,
    compare_price: null,
    image: null,
    created_at: null,
    updated_at: null,
  }
  const takenOutAt = now + PUBLISH_AGAIN_MS
  sql.exec(
    'UPDATE designs SET design = ?, erased_at = ?, publish_at = ?, signed = NULL WHERE external_id = ?',
    JSON.stringify(empty),
    now,
    takenOutAt,
    externalId,
  )
  alarm.by(takenOutAt)
  return design
}

const MOST_PUTS_PER_RUN = 10
const LONGEST_PUT_MS = 5_000
/** When a put that may have been overtaken, or failed, is made again, in milliseconds. */
export const PUBLISH_AGAIN_MS = 60_000
const LONGEST_KV_WAIT_MS = 3_600_000

/**
 * Puts the newest version of designs into KV where an earlier put failed, was too slow, or may have been overtaken, and takes those
 * out whose content was erased.
 *
 * KV has a gate as destinations have: it stops at the first failure, since what ails KV ails the rest, and asks again after a wait
 * that doubles up to an hour. Kept in memory: a new instance may well ask once more.
 */
export class Publisher {
  readonly #ctx: Context
  #failures = 0
  #closedUntil = 0
  #isAtWork = false

  constructor(ctx: Context) {
    this.#ctx = ctx
  }

  /** One alarm's work: at most ten puts. */
  async run(): Promise<void> {
    if (this.#isAtWork || Date.now() < this.#closedUntil) return
    this.#isAtWork = true
    try {
      const due = this.#ctx.sql
        .exec<Row>(
          `SELECT seq, external_id, digest, design, erased_at, signed FROM designs WHERE publish_at <= ?
           ORDER BY publish_at LIMIT ?`,
          Date.now(),
          MOST_PUTS_PER_RUN,
        )
        .toArray()
      for (const row of due) if (!(await this.#put(row))) return
    } finally {
      this.#isAtWork = false
    }
  }

  /** Asks for the alarm when the next design is to be put. */
  rearm(): void {
    const { at } = this.#ctx.sql
      .exec<{ at: number | null }>('SELECT min(publish_at) AS at FROM designs WHERE publish_at IS NOT NULL')
      .one()
    const soonest = this.#isAtWork ? Date.now() + 1_000 : Date.now()
    if (at !== null) this.#ctx.alarm.by(Math.max(at, this.#closedUntil, soonest))
  }

  /** Puts one design and lets go of its body, or takes it out; says whether KV took it. */
  async #put({ external_id, digest, design, erased_at, signed }: Row): Promise<boolean> {
    const { env, sql } = this.#ctx
    const json = signed === null ? design : published(design, new Uint8Array(signed))
    try {
      const work =
        erased_at === null ? publish(env.CATALOGUE, external_id, json) : withdraw(env.CATALOGUE, external_id)
      if ((await within(LONGEST_PUT_MS, work)) === 'late') throw new Error('KV took too long')
    } catch (error) {
      logFault(error, { external_id, code: 'catalogue-put-failed' })
      this.#failures++
      const wait = step(this.#failures, PUBLISH_AGAIN_MS, LONGEST_KV_WAIT_MS)
      this.#closedUntil = Date.now() + wait
      // The next to be tried is another one: what KV takes of others it may refuse of this.
      sql.exec(
        'UPDATE designs SET publish_at = ? WHERE external_id = ? AND publish_at IS NOT NULL',
        Date.now() + wait,
        external_id,
      )
      return false
    }
    this.#failures = 0
    // A version that came meanwhile, or its erasure, has times of its own.
    sql.exec(
      'UPDATE designs SET publish_at = NULL, signed = NULL WHERE external_id = ? AND digest = ? AND erased_at IS ?',
      external_id,
      digest,
      erased_at,
    )
    log('log', { event: 'catalogue', external_id, state: erased_at === null ? 'published' : 'withdrawn' })
    return true
  }
}
