import { createMiddleware } from 'hono/factory'
import { type App, Routes } from '../http/app.ts'
import { readBody } from '../http/body.ts'
import { isFlood, refuse, refuseFailure, refuseFlood, refuseUnconfigured, settings } from '../http/refuse.ts'
import { askLedger } from '../ledger/ask.ts'
import type { NewEvent } from '../ledger/events.ts'
import { readSettings } from '../settings.ts'
import { isOneOf, sha256 } from '../signing/hmac.ts'
import { isOfAnother, isOrderTopic, readEvent } from './event.ts'
import { handshake } from './handshake.ts'
import { orderOf } from './order.ts'

/** Admits only requests whose address ends in a key of `SHOPLINE_HOOK_KEY`. */
const withKey = createMiddleware<App>(async function withKey(c, next) {
  const settings = readSettings(c.env, ['SHOPLINE_HOOK_KEY'])
  if (!settings.ok) return refuseUnconfigured(c, settings.error)
  if (await isOneOf(settings.value.SHOPLINE_HOOK_KEY, c.req.param('key') ?? '')) return next()
  return refuseFailure(c, {
    code: 'not-found',
    detail: 'The address must end in a key of SHOPLINE_HOOK_KEY.',
  })
})

/**
 * Where SHOPLINE posts the events of a subscription that was made with the store's own token: they are not signed.
 *
 * Anybody who learns the address could post here, so nothing is believed but a topic and which order to look up. The order is
 * fetched with the store's token and taken in as SHOPLINE gives it, cancellations included. The answer does not wait for that:
 * SHOPLINE blocks an address that keeps failing.
 */
export const hooks = new Routes().post(
  '/:key',
  withKey,
  handshake,
  settings(['MAX_BODY_BYTES', 'SHOPLINE_MERCHANT_ID', 'SHOPLINE_ORDER_TOPICS']),
  async (c) => {
    const { MAX_BODY_BYTES, SHOPLINE_MERCHANT_ID, SHOPLINE_ORDER_TOPICS } = c.var.settings
    if (await isFlood(c)) return refuseFlood(c, 'More than 600 events a minute came from this address.')
    const body = await readBody(c.req.raw, MAX_BODY_BYTES)
    if (!body.ok) return refuse(c, body.error)
    const read = readEvent(body.value)
    if (!read.ok) return refuse(c, read.error)
    const { topic, envelope, text } = read.value
    if (isOfAnother(envelope, SHOPLINE_MERCHANT_ID)) {
      c.var.line.code = 'other-merchant'
      return c.json({ ok: true })
    }

    const { id } = orderOf(envelope, text)
    const event: NewEvent = {
      topic,
      source: 'shopline',
      content_id: id,
      digest: await sha256(body.value),
      payload: JSON.stringify({ topic, resource: { id } }),
    }
    c.var.line.state = await askLedger(c.env, async (ledger) => {
      if (!isOrderTopic(topic, SHOPLINE_ORDER_TOPICS)) return ledger.recordEvent(event)
      return id === null ? ledger.reportUnreadable(event) : ledger.reportHint(event, id)
    })
    if (id !== null) c.var.line.external_id = id
    return c.json({ ok: true })
  },
)
