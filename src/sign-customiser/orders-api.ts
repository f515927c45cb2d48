import { type Answer, exchange, postJson } from '../http/exchange.ts'
import { isObject, type Json, type JsonObject } from '../http/json.ts'
import type { Sender } from '../ledger/channel.ts'
import { type Outcome, retryAfter } from '../ledger/delivery.ts'
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
export const ordersApi: Sender = {
  settings: SETTINGS,
  knowsRepeats: false,

  async send(env, { body }, signal) {
    const { url, headers, integrationId } = callOf(env)
    const order = JSON.stringify({ integration_id: integrationId, ...(JSON.parse(body) as JsonObject) })
    const answer = await postJson(
      `${url}/orders`,
      { ...headers, 'Content-Type': 'application/json' },
      order,
      signal,
    )
    return outcomeOf(answer, Date.now())
  },

  /** Listing the webhooks orders nothing: https://www.signcustomiser.com/help/api/list-webhooks */
  probe(env, signal) {
    const { url, headers } = callOf(env)
    return exchange(`${url}/webhooks`, { headers }, signal)
  },
}

function callOf(env: Env) {
  const settings = readSettings(env, SETTINGS)
  if (!settings.ok) throw new Error('Sign Customiser is being called without its settings')
  const { SIGN_CUSTOMISER_API_TOKEN, SIGN_CUSTOMISER_INTEGRATION_ID, SIGN_CUSTOMISER_API_URL } =
    settings.value
  return {
    url: `${SIGN_CUSTOMISER_API_URL}/api/v2`,
    headers: { Authorization: `Bearer ${SIGN_CUSTOMISER_API_TOKEN}`, Accept: 'application/json' },
    integrationId: SIGN_CUSTOMISER_INTEGRATION_ID,
  }
}

/** Statuses that condemn the moment, or our token, rather than the order. The vendor documents none. */
const PASSING = new Set([401, 403, 408, 425, 429])
/** Statuses that a proxy gives when it does not know whether the order arrived behind it. */
const LOST = new Set([500, 502, 504, 520, 524])

/**
 * What an answer says of an order. A 2xx that is no JSON may be a maintenance page, and one that names trouble may have met it before
 * the order was kept: they prove nothing.
 */
export function outcomeOf(answer: Answer, now: number): Outcome {
  if (!answer.arrived)
    return { outcome: 'unconfirmed', status: null, retryAfterMs: null, detail: answer.words }

  const { status, words: detail } = answer
  const retryAfterMs = retryAfter(answer.retryAfter, now)
  const isEmpty = answer.text?.trim() === ''
  const body = isEmpty ? undefined : jsonOf(answer.text)
  if (status >= 200 && status < 300) {
    if (isEmpty || (body !== undefined && !namesTrouble(body)))
      return { outcome: 'relayed', status, remoteId: orderIdOf(body) }
    return { outcome: 'unconfirmed', status, retryAfterMs, detail }
  }
  if (LOST.has(status)) return { outcome: 'unconfirmed', status, retryAfterMs, detail }
  if (PASSING.has(status) || status >= 500) return { outcome: 'passing', status, retryAfterMs, detail }
  return { outcome: 'rejected', status, detail, alreadyThere: isOnlyTaken(status, body) }
}

/** Says whether a good answer's JSON speaks of an error rather than of an order. */
function namesTrouble(body: Json): boolean {
  if (!isObject(body)) return false
  const isNamed = (member: Json | undefined) => member !== undefined && member !== null && member !== false
  if (isNamed(body.error) || isNamed(body.errors) || body.success === false) return true
  return isNamed(body.message) && !isObject(body.order) && body.order_id === undefined
}

/** The `order_id` of the documented answer `{"order": {"order_id": …}}`, as JSON text; null where it can be no ID. */
function orderIdOf(body: Json | undefined): string | null {
  if (!isObject(body)) return null
  return remoteIdOf((isObject(body.order) ? body.order : body).order_id)
}

/** An ID of Sign Customiser's as JSON text; null where it is neither a safe integer nor a short plain text. */
export function remoteIdOf(id: Json | undefined): string | null {
  const isUsable = typeof id === 'string' ? /^[\w-]{1,64}$/.test(id) : Number.isSafeInteger(id)
  return isUsable ? JSON.stringify(id) : null
}

const TAKEN = /already (been taken|exists?)|is taken|duplicate/i

/** Says whether an answer complains of nothing but an `external_id` that is there already: in Laravel's way, or in words. */
function isOnlyTaken(status: number, body: Json | undefined): boolean {
  if ((status !== 409 && status !== 422) || !isObject(body)) return false
  if (isObject(body.errors)) {
    const { external_id, ...others } = body.errors
    if (Object.keys(others).length > 0 || !Array.isArray(external_id) || external_id.length === 0)
      return false
    return external_id.every((words) => typeof words === 'string' && TAKEN.test(words))
  }
  return typeof body.message === 'string' && /external[ _]id/i.test(body.message) && TAKEN.test(body.message)
}

function jsonOf(text: string | null): Json | undefined {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}
