import { createMiddleware } from 'hono/factory'
import type { App } from '../http/app.ts'
import { readBody } from '../http/body.ts'
import { refuse, refuseFailure, refuseUnconfigured } from '../http/refuse.ts'
import { readSettings, type SettingName } from '../settings.ts'
import { checkAge, type Scheme } from './scheme.ts'

/** The settings that hold several live secrets. */
type SecretsName = Extract<
  SettingName,
  'SIGN_CUSTOMISER_INTEGRATION_SECRET' | 'SIGN_CUSTOMISER_WEBHOOK_SECRET' | 'SHOPLINE_APP_SECRET'
>

/** What a handler can rely on behind `signed`: the body as it came, and of it what the signature covers. */
export type Signed = App & { Variables: { body: Uint8Array<ArrayBuffer>; content: Uint8Array<ArrayBuffer> } }

/**
 * Admits only requests that `scheme` vouches for, leaving the raw bytes, unparsed, in `c.var.body`, and in `c.var.content` what
 * was signed.
 *
 * What costs nothing is checked first; the HMAC is computed over what was received and before anything acts on it.
 */
export const signed = (scheme: Scheme, secretsName: SecretsName) =>
  createMiddleware<Signed>(async function signed(c, next) {
    const { tolerance } = scheme
    const settings = readSettings(c.env, [
      secretsName,
      'MAX_BODY_BYTES',
      ...(typeof tolerance === 'string' ? [tolerance] : []),
    ])
    if (!settings.ok) return refuseUnconfigured(c, settings.error)

    const claim = scheme.claim(c.req.raw)
    if (!claim.ok) return refuseFailure(c, claim.error)
    const seconds = typeof tolerance === 'string' ? settings.value[tolerance] : tolerance
    const untimely = checkAge(claim.value.timestamp, Math.floor(Date.now() / 1000), seconds)
    if (untimely) return refuseFailure(c, untimely)

    const body = await readBody(c.req.raw, settings.value.MAX_BODY_BYTES)
    if (!body.ok) return refuse(c, body.error)

    const vouched = await scheme.vouches(claim.value, body.value, settings.value[secretsName])
    if (vouched === null) return refuseFailure(c, { code: 'signature-mismatch', detail: scheme.likelyCauses })

    c.var.line.reading = vouched.reading
    c.set('body', body.value)
    c.set('content', vouched.content)
    return next()
  })
