import { createMiddleware } from 'hono/factory'
import { readSettings } from '../settings.ts'
import { isOneOf } from '../signing/hmac.ts'
import type { App, AppContext } from './app.ts'
import { refuseFailure, refuseUnconfigured } from './refuse.ts'

/** Admits only callers that present one of the store's API tokens as `Authorization: Bearer …`. */
export const authorised = createMiddleware<App>(async function authorised(c, next) {
  return (await refusalOfStranger(c)) ?? next()
})

/** Refuses who presents none of the store's API tokens; null for who presents one. */
export async function refusalOfStranger(c: AppContext): Promise<Response | null> {
  const settings = readSettings(c.env, ['STORE_API_TOKEN'])
  if (!settings.ok) return refuseUnconfigured(c, settings.error)

  const [, token] = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '') ?? []
  if (token !== undefined && (await isOneOf(settings.value.STORE_API_TOKEN, token))) return null
  return refuseFailure(
    c,
    { code: 'unauthorized', detail: 'Send Authorization: Bearer with the value of STORE_API_TOKEN.' },
    { 'www-authenticate': 'Bearer' },
  )
}
