import type { Context } from 'hono'
import { Routes } from '../http/app.ts'
import { type Json, parseJson } from '../http/json.ts'
import { refuse, refuseUnconfigured } from '../http/refuse.ts'
import { askLedger } from '../ledger/ask.ts'
import { recordDesign } from '../ledger/record-design.ts'
import { readSettings } from '../settings.ts'
import { sha256 } from '../signing/hmac.ts'
import { type Signed, signed } from '../signing/signed.ts'
import { eventOf, proofOf } from './event.ts'
import { newDesign, productOf, usableId } from './product.ts'
import { signCustomiserSignature } from './signature.ts'

/** What Sign Customiser waits at most for the ledger, in milliseconds: it sends the same again. */
const PATIENCE_MS = 3_000

/**
 * Where Sign Customiser's webhook subscriptions post their events, whatever their topic; each has a secret of its own.
 *
 * https://docs.signcustomiser.com/en/articles/11864014-subscribe-to-webhooks
 */
export const webhooks = new Routes().post(
  '/',
  signed(signCustomiserSignature, 'SIGN_CUSTOMISER_WEBHOOK_SECRET'),
  async (c) => {
    const json = parseJson(c.var.body)
    if (!json.ok) return refuse(c, json.error)
    const { value, text } = json.value
    const event = eventOf(value, c.req.query('topic'))
    if (!event.ok) return refuse(c, event.error)
    const { topic, content_id } = event.value
    c.var.line.topic = topic

    if (topic === 'product:created') {
      const refusal = await heal(c, value)
      if (refusal) return refusal
    }
    const digest = await sha256(c.var.body)
    const proof = topic === 'order:created' ? proofOf(value) : null
    const received = { topic, source: 'sign-customiser' as const, content_id, digest, payload: text }
    c.var.line.state = await askLedger(c.env, (ledger) => ledger.recordEvent(received, proof), {
      patience: PATIENCE_MS,
    })
    return c.json({ ok: true })
  },
)

/**
 * Records a design that the callback never brought. What is known stays as it is; without an ID nothing can be compared. Where
 * products are made in the store there is nothing to heal: only the callback's answer could tell the ID.
 */
async function heal(c: Context<Signed>, body: Json): Promise<Response | null> {
  const product = productOf(body)
  if (!product.ok || usableId(product.value.product_id) === null) return null
  const settings = readSettings(c.env, ['CURRENCY', 'STORE'])
  if (!settings.ok) return refuseUnconfigured(c, settings.error)
  if (settings.value.STORE === 'shopline') return null

  const design = await newDesign(product.value, {
    source: 'event',
    body: c.var.body,
    signed_at: Number(c.req.header('x-webhook-timestamp')),
    currency: settings.value.CURRENCY,
  })
  c.var.line.external_id = design.design.external_id
  await recordDesign(c.env, (work) => c.executionCtx.waitUntil(work), design)
  return null
}
