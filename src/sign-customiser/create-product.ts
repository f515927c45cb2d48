import { Hono } from 'hono'
import type { App } from '../http/app.ts'
import { requireSettings } from '../http/configured.ts'
import { parseJson } from '../http/json.ts'
import { refuse } from '../http/problem.ts'
import { recordDesign } from '../ledger/record-design.ts'
import { signed } from '../signing/signed.ts'
import { newDesign, productOf } from './product.ts'
import { signCustomiserSignature } from './signature.ts'

/**
 * Where Sign Customiser posts each new design, the Create Product URL; answers with the ID that its order will quote.
 *
 * The guide asks for exactly 200 and `external_id`. A shopper waits meanwhile.
 */
export const createProduct = new Hono<App>().post(
  '/',
  signed(signCustomiserSignature, 'SIGN_CUSTOMISER_INTEGRATION_SECRET'),
  async (c) => {
    const settings = requireSettings(c, ['CURRENCY'])
    if (!settings.ok) return settings.error

    const json = parseJson(c.get('body'))
    if (!json.ok) return refuse(c, json.error)
    const product = productOf(json.value.value)
    if (!product.ok) return refuse(c, product.error)

    const design = await newDesign(product.value, {
      source: 'callback',
      body: c.get('body'),
      text: json.value.text,
      signed_at: Number(c.req.header('x-webhook-timestamp')),
      currency: settings.value.CURRENCY,
    })
    const { external_id } = design.design
    c.get('facts').external_id = external_id
    c.get('facts').state = await recordDesign(c.env, (work) => c.executionCtx.waitUntil(work), design)
    return c.json({ external_id })
  },
)
