import { Routes } from '../http/app.ts'
import type { JsonObject } from '../http/json.ts'
import { refuse, settings } from '../http/refuse.ts'
import { askLedger } from '../ledger/ask.ts'
import type { NewEvent } from '../ledger/events.ts'
import type { OrderReport } from '../ledger/reported-orders.ts'
import { sha256 } from '../signing/hmac.ts'
import { signed } from '../signing/signed.ts'
import { CANCELLATIONS, isOfAnother, isOrderTopic, readEvent, timeOf } from './event.ts'
import { handshake } from './handshake.ts'
import { orderOf, orderReport } from './order.ts'
import { shoplineSignature } from './signature.ts'

/** SHOPLINE waits three seconds in all. */
const PATIENCE = { patience: 2_500 }

/**
 * Where SHOPLINE posts its events: the Webhook address of a Developer Center app.
 *
 * It wants exactly 200 within three seconds, so an order is written down here and relayed by the ledger's alarm.
 */
export const webhooks = new Routes().post(
  '/',
  handshake,
  signed(shoplineSignature, 'SHOPLINE_APP_SECRET'),
  settings(['CURRENCY', 'SHOPLINE_MERCHANT_ID', 'SHOPLINE_ORDER_TOPICS', 'SHOPLINE_RELAY_WHEN']),
  async (c) => {
    const { CURRENCY, SHOPLINE_MERCHANT_ID, SHOPLINE_ORDER_TOPICS, SHOPLINE_RELAY_WHEN } = c.var.settings

    const read = readEvent(c.var.body)
    if (!read.ok) return refuse(c, read.error)
    const { topic, envelope, text } = read.value
    if (isOfAnother(envelope, SHOPLINE_MERCHANT_ID)) {
      c.var.line.code = 'other-merchant'
      return c.json({ ok: true })
    }

    const { id, order } = orderOf(envelope, text)
    const event: NewEvent = {
      topic,
      source: 'shopline',
      content_id: id,
      digest: await sha256(c.var.content),
      payload: keepable(topic, text),
    }
    if (id !== null) c.var.line.external_id = id
    const isOrder = isOrderTopic(topic, SHOPLINE_ORDER_TOPICS)
    if (!isOrder || id === null) {
      c.var.line.state = await askLedger(
        c.env,
        async (ledger) => (isOrder ? ledger.reportUnreadable(event) : ledger.recordEvent(event)),
        PATIENCE,
      )
      return c.json({ ok: true })
    }

    const reading = { currency: CURRENCY, relayWhen: SHOPLINE_RELAY_WHEN }
    const reported = await orderReport(id, order, reading)
    const report = CANCELLATIONS.includes(topic) ? ended(reported, envelope) : reported
    c.var.line.state = await askLedger(c.env, (ledger) => ledger.reportOrder(event, report), PATIENCE)
    return c.json({ ok: true })
  },
)

/** A cancellation ends the order whatever else it says of it; one that merely points to it was made when the event says. */
const ended = (report: OrderReport, envelope: JsonObject): OrderReport => ({
  ...report,
  standing: 'cancelled',
  updated_at: report.updated_at ?? timeOf(envelope),
})

/** The event's text; null for an event about an access token, which brings the token, and that opens the store. */
const keepable = (topic: string, text: string): string | null =>
  topic.startsWith('access_token/') ? null : text
