import { createMiddleware } from 'hono/factory'
import type { App } from '../http/app.ts'
import { readBody } from '../http/body.ts'
import { isObject, parseJson } from '../http/json.ts'
import { refuseUnconfigured } from '../http/refuse.ts'
import { readSettings } from '../settings.ts'

const TOPIC = 'webhook/verification'
/** The question takes 32 bytes; whatever is larger than this is none, and is not looked into. */
const LONGEST_QUESTION = 1_024

/**
 * Answers SHOPLINE's question whether an address is the merchant's, which it asks before it makes a subscription, and lets
 * everything else pass: https://open-api.docs.shoplineapp.com/docs/webhook-verification.
 *
 * SHOPLINE wants the Base64 of the app's ID where the subscription is made with an app's token, else that of the merchant's ID.
 * Its page does not say whether the question is signed, so no signature is asked for: the answer gives away no more than an ID.
 */
export const handshake = createMiddleware<App>(async function handshake(c, next) {
  if (!(await isQuestion(c.req.raw))) return next()
  c.var.line.topic = TOPIC
  const settings = readSettings(c.env, ['SHOPLINE_APP_ID', 'SHOPLINE_MERCHANT_ID'])
  if (!settings.ok) return refuseUnconfigured(c, settings.error)
  const id = settings.value.SHOPLINE_APP_ID ?? settings.value.SHOPLINE_MERCHANT_ID
  return id === null ? refuseUnconfigured(c, [WITHOUT_ID]) : c.text(btoa(id))
})

async function isQuestion(request: Request): Promise<boolean> {
  const length = Number(request.headers.get('content-length') ?? 0)
  if (!(length <= LONGEST_QUESTION)) return false
  // Whoever verifies the signature reads the body itself.
  const body = await readBody(request.clone(), LONGEST_QUESTION)
  const json = body.ok ? parseJson(body.value) : body
  return json.ok && isObject(json.value.value) && json.value.value.topic === TOPIC
}

const WITHOUT_ID = {
  setting: 'SHOPLINE_MERCHANT_ID' as const,
  detail:
    'is not set, nor SHOPLINE_APP_ID: SHOPLINE takes the address for yours when it answers with one of them',
}
