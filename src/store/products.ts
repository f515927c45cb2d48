import * as v from 'valibot'
import * as catalogue from '../catalogue/catalogue.ts'
import type { Design } from '../catalogue/design.ts'
import { Routes } from '../http/app.ts'
import { authorised } from '../http/auth.ts'
import { anObject, fieldErrors, jsonBody } from '../http/body.ts'
import { cursorOf, readListQuery } from '../http/list-query.ts'
import type { Refusal } from '../http/problem.ts'
import { refuse, settings } from '../http/refuse.ts'
import { askLedger } from '../ledger/ask.ts'
import { recordDesign } from '../ledger/record-design.ts'
import { logFault } from '../log.ts'
import { sha256 } from '../signing/hmac.ts'
import { within } from '../within.ts'

/** What a caller waits at most for KV, in milliseconds: the ledger knows as well. */
const KV_PATIENCE_MS = 500

const text = v.optional(v.string('must be a string'))
const minorUnits = v.optional(
  v.pipe(
    v.number('must be a number'),
    v.safeInteger('must be a whole number in minor units: 2999 is 29.99'),
    v.minValue(0, 'must not be below 0'),
  ),
)

/** What is told of a product whose ID another endpoint had issued; unknown fields are kept. */
export const importSchema = v.pipe(
  anObject('must be an object'),
  v.looseObject({
    title: text,
    description: text,
    price: minorUnits,
    compare_price: minorUnits,
    currency: v.optional(
      v.pipe(v.string('must be a string'), v.regex(/^[A-Z]{3}$/, 'must be three capital letters')),
    ),
    image: text,
  }),
)

/** Designs for the store's backend, which takes title and price from here, never from the browser. */
export const products = new Routes()
  .get('/', authorised, async (c) => {
    const query = readListQuery(c.req.query())
    if (!query.ok) return refuse(c, query.error)
    const page = await askLedger(c.env, (ledger) => ledger.designs(query.value))
    return c.json({ products: page.items, next_cursor: cursorOf(page.next) })
  })

  .get('/:external_id', authorised, async (c) => {
    const external_id = c.req.param('external_id')
    c.var.line.external_id = external_id
    const published = await readCatalogue(c.env, external_id)
    const design = published ?? (await askLedger(c.env, (ledger) => ledger.design(external_id)))
    if (design === null) return refuse(c, NOT_FOUND)
    return c.body(design, 200, { 'content-type': 'application/json' })
  })

  .put('/:external_id', authorised, settings(['CURRENCY']), jsonBody, async (c) => {
    const external_id = c.req.param('external_id')
    c.var.line.external_id = external_id
    if (!catalogue.hasKey(external_id))
      return refuse(c, { code: 'invalid-payload', detail: 'The product ID in the path is too long.' })
    const parsed = v.safeParse(importSchema, c.var.json)
    if (!parsed.success)
      return refuse(c, {
        code: 'invalid-payload',
        detail: 'The product holds something wrong: see errors.',
        errors: fieldErrors(parsed.issues),
      })

    const now = new Date()
    const {
      title = null,
      description = null,
      price = null,
      compare_price = null,
      image = null,
    } = parsed.output
    const design: Design = {
      external_id,
      product_id: null,
      source: 'import',
      title,
      description,
      price,
      compare_price,
      currency: parsed.output.currency ?? c.var.settings.CURRENCY,
      image,
      created_at: null,
      updated_at: null,
      received_at: now.toISOString(),
    }
    const signed = new TextEncoder().encode(
      JSON.stringify({ product: c.var.json }),
    ) as Uint8Array<ArrayBuffer>
    const recorded = await recordDesign(c.env, (work) => c.executionCtx.waitUntil(work), {
      design,
      digest: await sha256(signed),
      signed,
      signed_at: Math.floor(now.getTime() / 1000),
    })
    if (recorded === 'conflict')
      return refuse(c, {
        code: 'product-conflict',
        detail: 'This product was designed in Sign Customiser and is known: there is nothing to import.',
      })
    c.var.line.state = recorded
    return c.json(design, recorded === 'new' ? 201 : 200)
  })

  .delete('/:external_id', authorised, async (c) => {
    const external_id = c.req.param('external_id')
    c.var.line.external_id = external_id
    const isErased = await askLedger(c.env, (ledger) => ledger.eraseDesign(external_id))
    return isErased ? c.body(null, 204) : refuse(c, NOT_FOUND)
  })

const NOT_FOUND: Refusal = { code: 'not-found', detail: 'There is no product with this external_id.' }

/** KV is a cache: when it can't be read, or not in time, the ledger knows. */
async function readCatalogue(env: Env, externalId: string): Promise<ReadableStream | null> {
  try {
    const found = await within(KV_PATIENCE_MS, catalogue.find(env.CATALOGUE, externalId))
    if (found !== 'late') return found
    throw new Error('KV took too long')
  } catch (error) {
    logFault(error, { external_id: externalId, code: 'catalogue-get-failed' })
    return null
  }
}
