import type { Design } from '../catalogue/design.ts'
import { type AppContext, Routes } from '../http/app.ts'
import { parseJson } from '../http/json.ts'
import { refuse, settings } from '../http/refuse.ts'
import { recordDesign } from '../ledger/record-design.ts'
import type { Result } from '../result.ts'
import { signed } from '../signing/signed.ts'
import { newDesign, productOf } from './product.ts'
import { signCustomiserSignature } from './signature.ts'

/** Makes a design's product in the store and gives its ID there, or has the answer ready that says why not. */
export type CreateInStore = (c: AppContext, design: Design) => Promise<Result<string, Response>>

/**
 * Where Sign Customiser posts each new design, the Create Product URL; answers with the ID that its order will quote.
 *
 * The guide asks for exactly 200 and `external_id`. A shopper waits meanwhile. With
 * `STORE = "shopline"` the ID is that of the product in the store.
 */
export const createProduct = (createInStore: CreateInStore) =>
  new Routes().post(
    '/',
    signed(signCustomiserSignature, 'SIGN_CUSTOMISER_INTEGRATION_SECRET'),
    settings(['CURRENCY', 'STORE']),
    async (c) => {
      const { CURRENCY, STORE } = c.var.settings
      const json = parseJson(c.var.body)
      if (!json.ok) return refuse(c, json.error)
      const product = productOf(json.value.value)
      if (!product.ok) return refuse(c, product.error)

      const design = await newDesign(product.value, {
        source: 'callback',
        body: c.var.body,
        signed_at: Number(c.req.header('x-webhook-timestamp')),
        currency: CURRENCY,
      })
      c.var.line.external_id = design.design.external_id
      if (STORE === 'shopline') {
        const made = await createInStore(c, design.design)
        if (!made.ok) return made.error
        design.design.external_id = made.value
      }
      const { external_id } = design.design
      c.var.line.external_id = external_id
      c.var.line.state = await recordDesign(c.env, (work) => c.executionCtx.waitUntil(work), design)
      return c.json({ external_id })
    },
  )
