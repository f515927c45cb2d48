import { createMiddleware } from 'hono/factory'
import { isLoopback } from '../readers.ts'
import { readSettings } from '../settings.ts'
import type { App, AppContext } from './app.ts'
import { refuse } from './refuse.ts'

/** Browsers ask by https alone from then on, for a year. */
export const HSTS = 'max-age=31536000'

/** Headers by which a request proves who it comes from. SHOPLINE's signature may stand in the query, too. */
const PROOFS = [
  'authorization',
  'x-webhook-signature',
  'x-webhook-timestamp',
  'x-shopline-hmac-sha256',
  'x-shopline-developer-event-timestamp',
]

/**
 * Lets nothing of worth pass by plain http, where anybody on the way can read it and change it: what carries a signature, a token, a
 * password or a body is refused, all else is sent to https. On this machine http is as good.
 *
 * No answer is taken for another type than its own, and none is kept unless it says so.
 */
export const secured = createMiddleware<App>(async function secured(c, next) {
  const url = new URL(c.req.url)
  const isPlain = url.protocol === 'http:' && !isLoopback(url)
  if (isPlain) c.res = overHttps(c, url)
  else await next()
  const { headers } = c.res
  if (url.protocol === 'https:') headers.set('strict-transport-security', HSTS)
  headers.set('x-content-type-options', 'nosniff')
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
})

function overHttps(c: AppContext, url: URL): Response {
  const isProven = PROOFS.some((name) => c.req.header(name) !== undefined) || url.searchParams.has('sign')
  const isRead = c.req.method === 'GET' || c.req.method === 'HEAD'
  if (isRead && !isProven) return c.redirect(url.href.replace(/^http:/, 'https:'), 308)
  return refuse(c, {
    code: 'insecure',
    detail:
      'Send this to https. What came by http could be read on its way: change the token or password if it held one.',
  })
}

/**
 * Says whether everything is on this machine, as `npm start` has it: the bridge itself, and what it takes for Sign Customiser.
 * `DEMO` alone proves nothing: it may have been deployed by mistake.
 */
export function isSandboxed(c: AppContext): boolean {
  const settings = readSettings(c.env, ['DEMO', 'SIGN_CUSTOMISER_API_URL'])
  return (
    settings.ok &&
    settings.value.DEMO === 'sandbox' &&
    isLoopback(new URL(c.req.url)) &&
    isLoopback(new URL(settings.value.SIGN_CUSTOMISER_API_URL))
  )
}
