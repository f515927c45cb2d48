import { createMiddleware } from 'hono/factory'
import { html } from 'hono/html'
import { logFault } from '../log.ts'
import { readSettings, type SettingFault, type SettingName, type Settings } from '../settings.ts'
import type { App, AppContext, Routes } from './app.ts'
import { page } from './page.ts'
import { LedgerUnavailable, PROBLEMS, type Refusal, TooLargeToKeep } from './problem.ts'
import { isTooOften } from './rate.ts'

/**
 * Answers with an RFC 9457 problem and puts its code into the request's log line.
 *
 * `more` joins the document; `headers` join the answer's.
 */
export function refuse(
  c: AppContext,
  refusal: Refusal,
  { headers = {}, ...more }: { headers?: Record<string, string>; [member: string]: unknown } = {},
): Response {
  const [status, title] = PROBLEMS[refusal.code]
  c.var.line.code = refusal.code
  const problem = {
    type: `/problems/${refusal.code}`,
    title,
    status,
    detail: refusal.detail,
    request_id: c.var.requestId,
    ...(refusal.errors && { errors: refusal.errors }),
    ...more,
  }
  return new Response(JSON.stringify(problem), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  })
}

/**
 * Refuses a request that did not prove who it comes from: signature, token or password.
 *
 * The proof was computed before, so a flood of failures never keeps a genuine request out; it only gets shorter answers and no
 * log lines.
 */
export async function refuseFailure(
  c: AppContext,
  refusal: Refusal,
  headers: Record<string, string> = {},
): Promise<Response> {
  return (await isFlood(c)) ? refuseFlood(c, TOO_MANY) : refuse(c, refusal, { headers })
}

/** Counts a request by its route; says whether there were more than 600 from its client within a minute. */
export const isFlood = (c: AppContext): Promise<boolean> => isTooOften(c, 'FAILURES', c.var.route)

export const refuseFlood = (c: AppContext, detail: string): Response =>
  refuse(c, { code: 'too-many-failures', detail }, { headers: { 'retry-after': '60' } })

const TOO_MANY =
  'More than 600 requests a minute failed here. One that is signed or authorised is never refused for it.'

/** Refuses a request for settings that are missing or wrong: they are named, their values are not. */
export function refuseUnconfigured(c: AppContext, faults: readonly SettingFault[]): Response {
  c.var.line.settings = faults.map(({ setting }) => setting)
  const detail = `${faults.map(({ setting, detail }) => `${setting} ${detail}`).join('; ')}.`
  return refuse(c, { code: 'not-configured', detail }, { headers: { 'retry-after': '60' } })
}

/** Admits requests only while the named settings can be used, leaving them in `c.var.settings`. */
export const settings = <N extends SettingName>(names: readonly N[]) =>
  createMiddleware<App & { Variables: { settings: Settings<N> } }>(async function settings(c, next) {
    const read = readSettings(c.env, names)
    if (!read.ok) return refuseUnconfigured(c, read.error)
    c.set('settings', read.value)
    return next()
  })

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Answers what no route took: 405 naming the methods when the path is known, else 404, which a browser gets as a page. */
export const unmatched = (app: Routes) => (c: AppContext) => {
  const allowed = METHODS.filter((method) => hasHandler(app, method, c.req.path))
  if (allowed.length === 0 && c.req.header('accept')?.includes('text/html')) {
    c.var.line.code = 'not-found'
    return page(c, { title: 'Nothing here', main: NOTHING_HERE }, 404)
  }
  if (allowed.length === 0) return refuse(c, { code: 'not-found', detail: 'This bridge has no such route.' })
  const allow = allowed.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ')
  return refuse(c, { code: 'method-not-allowed', detail: `Use ${allow}.` }, { headers: { allow } })
}

const NOTHING_HERE = html`<div class="card notice"><h1>Nothing here</h1><p>The bridge has no such page.</p>
  <p><a href="/">What there is</a></p></div>`

/** More matches than the middleware that is there for every path. */
const hasHandler = (app: Routes, method: string, path: string) =>
  app.router.match(method, path)[0].length > app.routes.filter(({ path }) => path === '/*').length

/**
 * Answers a fault of ours: it is logged whole, and told as no more than its class. That something is too large to be kept is the
 * caller's doing.
 */
export function onFault(fault: Error, c: AppContext): Response {
  if (fault instanceof TooLargeToKeep)
    return refuse(c, { code: 'body-too-large', detail: 'Send less: what this comes to can not be kept.' })
  logFault(fault, { request_id: c.var.requestId })
  if (fault instanceof LedgerUnavailable)
    return refuse(
      c,
      { code: 'storage-unavailable', detail: 'Nothing was acknowledged: send the same request again.' },
      { headers: { 'retry-after': '5' } },
    )
  return refuse(c, { code: 'internal-error', detail: 'The fault has been logged under this request_id.' })
}
