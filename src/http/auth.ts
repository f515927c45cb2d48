import { createMiddleware } from 'hono/factory'
import { isOneOf } from '../signing/hmac.ts'
import type { App } from './app.ts'
import { requireSettings } from './configured.ts'
import { refuseFailure } from './failures.ts'

/** Admits only callers that present one of the store's API tokens as `Authorization: Bearer …`. */
export const authorised = createMiddleware<App>(async function authorised(c, next) {
  const settings = requireSettings(c, ['STORE_API_TOKEN'])
  if (!settings.ok) return settings.error

  const [, token] = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '') ?? []
  if (token === undefined || !(await isOneOf(settings.value.STORE_API_TOKEN, token)))
    return refuseFailure(
      c,
      { code: 'unauthorized', detail: 'Send Authorization: Bearer with the value of STORE_API_TOKEN.' },
      { 'www-authenticate': 'Bearer' },
    )
  return next()
})
