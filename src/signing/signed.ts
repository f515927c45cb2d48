import { createMiddleware } from 'hono/factory'
import type { App } from '../http/app.ts'
import { readBody } from '../http/body-limit.ts'
import { requireSettings } from '../http/configured.ts'
import { refuse } from '../http/problem.ts'
import type { SettingName } from '../settings.ts'
import type { Scheme } from './scheme.ts'

/** The settings that hold several live secrets. */
type SecretsName = Extract<SettingName, 'SIGN_CUSTOMISER_INTEGRATION_SECRET'>

/**
 * Admits only requests that `scheme` vouches for, leaving the raw bytes, unparsed, in `c.var.body`.
 *
 * What costs nothing is checked first; the HMAC is computed over what was received and before anything reads it.
 */
export const signed = (scheme: Scheme, secretsName: SecretsName) =>
  createMiddleware<App>(async function signed(c, next) {
    const settings = requireSettings(c, [secretsName, 'MAX_BODY_BYTES'])
    if (!settings.ok) return settings.error

    const claim = scheme.claim(c.req.raw, Math.floor(Date.now() / 1000))
    if (!claim.ok) return refuse(c, claim.error)

    const body = await readBody(c.req.raw, settings.value.MAX_BODY_BYTES)
    if (!body.ok) return refuse(c, body.error)

    if (!(await scheme.vouches(claim.value, body.value, settings.value[secretsName])))
      return refuse(c, {
        code: 'signature-mismatch',
        detail:
          'The body was changed or re-serialised after signing, or another secret signed it: ' +
          'the Create Product URL and every webhook subscription have a secret of their own.',
      })

    c.set('body', body.value)
    return next()
  })
