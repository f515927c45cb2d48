import type { Answer } from '../http/exchange.ts'
import type { JsonObject } from '../http/json.ts'
import { askLedger } from '../ledger/ask.ts'
import type { Sender } from '../ledger/channel.ts'
import { type Outcome, retryAfter } from '../ledger/delivery.ts'
import type { Fetch } from '../ledger/reported-orders.ts'
import { log } from '../log.ts'
import { readSettings } from '../settings.ts'
import { CANCELLATIONS } from './event.ts'
import { callOpenApi, isPassing, jsonIn, OPEN_API_SETTINGS } from './open-api.ts'
import { orderIn, orderReport } from './order.ts'

const SETTINGS = [...OPEN_API_SETTINGS, 'CURRENCY', 'SHOPLINE_RELAY_WHEN'] as const

/**
 * Fetches orders that a webhook merely pointed to, and has the ledger take them in: `GET /v1/orders/{id}`.
 *
 * https://open-api.docs.shoplineapp.com/docs/get-order. Fetching twice does no harm, so a lost answer is a failure as any other.
 */
export const ordersApi: Sender = {
  settings: SETTINGS,
  knowsRepeats: true,

  async send(env, { body }, signal) {
    const settings = readSettings(env, SETTINGS)
    if (!settings.ok) throw new Error('an order is being fetched that can not be fetched')
    const { CURRENCY, SHOPLINE_RELAY_WHEN } = settings.value
    const { order_id, topic, event }: Fetch = JSON.parse(body)

    const answer = await callOpenApi(settings.value, `/orders/${encodeURIComponent(order_id)}`, signal)
    const order = orderFrom(answer)
    // An order that was removed is not there any more, and that is the news.
    const isGone = answer.arrived && answer.status === 404 && CANCELLATIONS.includes(topic)
    if (!answer.arrived || (order === null && !isGone)) return failureOf(answer, Date.now())

    const reading = { currency: CURRENCY, relayWhen: SHOPLINE_RELAY_WHEN }
    const report = order && (await orderReport(order_id, order, reading))
    const state = await askLedger(env, async (ledger) =>
      report ? ledger.reportFetched(event, report) : ledger.reportGone(event, order_id),
    )
    log('log', { event: 'order-fetched', external_id: order_id, state })
    return { outcome: 'relayed', status: answer.status, remoteId: null }
  },

  /** What the token is for, which changes nothing: https://open-api.docs.shoplineapp.com/docs/get-token-info */
  probe(env, signal) {
    const settings = readSettings(env, OPEN_API_SETTINGS)
    if (!settings.ok) throw new Error('SHOPLINE is being called without its settings')
    return callOpenApi(settings.value, '/token/info', signal)
  },
}

/** The order in a good answer; null when it holds none. */
function orderFrom(answer: Answer): JsonObject | null {
  if (!answer.arrived || answer.status < 200 || answer.status > 299) return null
  return orderIn(jsonIn(answer) ?? null, answer.text ?? '')
}

/** What ends the attempts, as the operator reads it. 401 and 403 condemn our token, which an operator can mend. */
const FINAL: Record<number, string> = {
  404: 'SHOPLINE has no order of this ID, so nothing can be relayed.',
  410: 'SHOPLINE has archived the order and gives it out no more: hand it in by POST /orders if it holds a sign.',
}

function failureOf(answer: Answer, now: number): Outcome {
  if (!answer.arrived) return { outcome: 'passing', status: null, retryAfterMs: null, detail: answer.words }
  const { status, words } = answer
  const detail = FINAL[status]
  if (detail !== undefined) return { outcome: 'rejected', status, detail, alreadyThere: false }
  const isFinal = status >= 300 && status < 500 && !isPassing(status) && status !== 401 && status !== 403
  if (isFinal) return { outcome: 'rejected', status, detail: words, alreadyThere: false }
  return { outcome: 'passing', status, retryAfterMs: retryAfter(answer.retryAfter, now), detail: words }
}
