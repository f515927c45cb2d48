import { type Answer, postJson } from '../http/exchange.ts'
import { isObject, type Json, type JsonObject } from '../http/json.ts'
import type { Deliverer } from '../ledger/channel.ts'
import type { Outcome } from '../ledger/delivery.ts'
import { retryAfter } from '../ledger/schedule.ts'
import { readSettings } from '../settings.ts'

const SETTINGS = [
  'SIGN_CUSTOMISER_API_TOKEN',
  'SIGN_CUSTOMISER_INTEGRATION_ID',
  'SIGN_CUSTOMISER_API_URL',
] as const

/**
 * Hands orders to Sign Customiser: `POST /api/v2/orders` with the documented headers and no others.
 *
 * https://www.signcustomiser.com/help/integrations/custom-api-integration/, part 3.
 */
export const ordersApi: Deliverer = {
  settings: SETTINGS,

  async send(env, { body }, signal) {
    const settings = readSettings(env, SETTINGS)
    if (!settings.ok || body === null) throw new Error('an order is being sent that can not be sent')
    const { SIGN_CUSTOMISER_API_TOKEN, SIGN_CUSTOMISER_INTEGRATION_ID, SIGN_CUSTOMISER_API_URL } =
      settings.value

    const answer = await postJson(
      `${SIGN_CUSTOMISER_API_URL}/api/v2/orders`,
      {
        Authorization: `Bearer ${SIGN_CUSTOMISER_API_TOKEN}`,
        'Content-Type': 'application/json',
        Accept: 'application/json',
      },
      JSON.stringify({ integration_id: SIGN_CUSTOMISER_INTEGRATION_ID, ...(JSON.parse(body) as JsonObject) }),
      signal,
    )
    return outcomeOf(answer, Date.now())
  },
}

/** Statuses that condemn the moment, or our token, rather than the order. The vendor documents none. */
const PASSING = new Set([401, 403, 408, 425, 429])
/** Statuses that a proxy gives when it does not know whether the order arrived behind it. */
const LOST = new Set([500, 502, 504, 520, 524])

/** What an answer says of an order. A 2xx without a JSON object may be a maintenance page, so it proves nothing. */
export function outcomeOf(answer: Answer, now: number): Outcome {
  if (!answer.arrived)
    return { outcome: 'unconfirmed', status: null, retryAfterMs: null, detail: answer.words }

  const { status, words: detail } = answer
  const retryAfterMs = retryAfter(answer.retryAfter, now)
  const body = jsonOf(answer.text)
  if (status >= 200 && status < 300) {
    if (isObject(body)) return { outcome: 'relayed', status, remoteId: orderIdOf(body) }
    return { outcome: 'unconfirmed', status, retryAfterMs, detail }
  }
  if (LOST.has(status)) return { outcome: 'unconfirmed', status, retryAfterMs, detail }
  if (PASSING.has(status) || status >= 500) return { outcome: 'passing', status, retryAfterMs, detail }
  return { outcome: 'rejected', status, detail, alreadyThere: status === 409 || isOnlyTaken(status, body) }
}

/** The `order_id` of the documented answer `{"order": {"order_id": …}}`, as JSON text. */
function orderIdOf(body: JsonObject): string | null {
  const order = isObject(body.order) ? body.order : body
  const id = order.order_id
  return typeof id === 'number' || typeof id === 'string' ? JSON.stringify(id) : null
}

/** Laravel's way of saying that it has an order of that ID already, and nothing else. */
function isOnlyTaken(status: number, body: Json | undefined): boolean {
  if (status !== 422 || !isObject(body) || !isObject(body.errors)) return false
  const { external_id, ...others } = body.errors
  if (Object.keys(others).length > 0 || !Array.isArray(external_id) || external_id.length === 0) return false
  return external_id.every((words) => typeof words === 'string' && /already (been taken|exists)/i.test(words))
}

function jsonOf(text: string | null): Json | undefined {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}
