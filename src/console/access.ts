import { createMiddleware } from 'hono/factory'
import { html } from 'hono/html'
import type { App, AppContext } from '../http/app.ts'
import { type Markup, page } from '../http/page.ts'
import type { ProblemCode } from '../http/problem.ts'
import { isTooOften } from '../http/rate.ts'
import { onFault, refuseFailure } from '../http/refuse.ts'
import { isSandboxed } from '../http/transport.ts'
import { readSettings } from '../settings.ts'
import { isOneOf } from '../signing/hmac.ts'

/**
 * Admits the user `operator` with `CONSOLE_PASSWORD` by HTTP Basic; refusals are pages.
 *
 * Nobody comes in while the demo runs the vendor's script on this origin: to a browser that script would be the console's own,
 * and could read every page and press every button.
 */
export const operator = createMiddleware<App>(async function operator(c, next) {
  const demo = readSettings(c.env, ['DEMO'])
  if (demo.ok && demo.value.DEMO !== 'off' && !isSandboxed(c)) {
    c.var.line.settings = ['DEMO']
    return turnAway(c, 'not-configured', 503, 'The console is closed', WHILE_DEMO, { 'retry-after': '60' })
  }
  const settings = readSettings(c.env, ['CONSOLE_PASSWORD'])
  if (!settings.ok) {
    c.var.line.settings = ['CONSOLE_PASSWORD']
    const [fault] = settings.error
    return turnAway(c, 'not-configured', 503, 'The console is closed', `CONSOLE_PASSWORD ${fault?.detail}.`, {
      'retry-after': '60',
    })
  }
  // User and password are compared as one, so that the time taken tells of neither.
  const presented = credentials(c.req.header('authorization') ?? '')
  // A password can be guessed, so it is not even looked at once an address has presented too many; on this machine nobody guesses.
  if (presented !== null && !isSandboxed(c) && (await isTooOften(c, 'PASSWORDS', 'console')))
    return turnAway(c, 'too-many-failures', 429, 'Too many at once', TOO_MANY, { 'retry-after': '60' })
  if (presented !== null && (await isOneOf([`operator:${settings.value.CONSOLE_PASSWORD}`], presented)))
    return next()

  const code = presented === null ? 'unauthorized' : 'wrong-password'
  const words = 'The user is operator, the password is the value of CONSOLE_PASSWORD.'
  const refusal = await refuseFailure(c, { code, detail: words })
  if (refusal.status === 429) return refusal
  return turnAway(c, code, 401, 'Please sign in', words, {
    'www-authenticate': 'Basic realm="Sign Customiser Bridge", charset="UTF-8"',
  })
})

const TOO_MANY =
  'The console takes 30 requests a minute from one address. Wait a minute and load this page again.'

const WHILE_DEMO =
  'The demo is on: it runs Sign Customiser’s script on this address, where it could read the console. Set DEMO to off, or ' +
  'show the demo on a deployment of its own.'

/** `user:password` in UTF-8, or null when the header is no Basic one. */
function credentials(header: string): string | null {
  const [, base64] =
    /^Basic +((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?)$/i.exec(header.trim()) ??
    []
  if (base64 === undefined) return null
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)))
}

/**
 * Admits only what a page of this console sent: browsers add the password to requests that other sites make, too.
 *
 * Old browsers send no Sec-Fetch-Site; they do send Origin with a POST.
 */
export const fromConsole = createMiddleware<App>(async function fromConsole(c, next) {
  const site = c.req.header('sec-fetch-site')
  const isOurs =
    site === undefined ? c.req.header('origin') === new URL(c.req.url).origin : site === 'same-origin'
  if (isOurs) return next()
  return turnAway(c, 'foreign-origin', 403, 'Not from here', 'Open the console and press the button there.')
})

/** A refusal as a page. */
function turnAway(
  c: AppContext,
  code: ProblemCode,
  status: 401 | 403 | 404 | 422 | 429 | 500 | 503,
  title: string,
  words: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  c.var.line.code = code
  const main = html`<div class="card notice"><h1>${title}</h1><p>${words}</p>
    <p class="muted">Request <code>${c.var.requestId}</code></p></div>`
  return page(c, { title, main }, status, headers)
}

/** What a pressed button led to. The address carries only which; the words are ours. */
const NOTICES = {
  one: 'The order was tried again.',
  all: 'The orders are queued again and go out as soon as the gate lets them.',
  none: 'There was nothing to retry.',
  'not-retryable': 'The order is in no state to be retried.',
  erased: 'Its content was erased after RETENTION_DAYS, so there is nothing to send.',
} as const
type Notice = keyof typeof NOTICES

export const noticeOf = (done: string | undefined): Markup =>
  isNotice(done) ? html`<p class="card done" role="status">${NOTICES[done]}</p>` : html``

const isNotice = (done: string | undefined): done is Notice =>
  done !== undefined && Object.hasOwn(NOTICES, done)

/** After a button was pressed: the page it led to, which can be loaded again without pressing it again. */
export const seeOther = (c: AppContext, path: string, done: Notice) => c.redirect(`${path}?done=${done}`, 303)

export const noOrder = (c: AppContext) =>
  turnAway(c, 'not-found', 404, 'No such order', 'The bridge has no order of this ID.')

export const badQuery = (c: AppContext) =>
  turnAway(c, 'invalid-query', 422, 'This list does not exist', 'A part of the address is wrong.')

/** A fault as a page: it is logged whole, and told as no more than its class. */
export async function failed(fault: Error, c: AppContext): Promise<Response> {
  const { status } = onFault(fault, c)
  if (status === 503)
    return turnAway(c, 'storage-unavailable', 503, 'The ledger can not be reached', 'Load this page again.')
  return turnAway(c, 'internal-error', 500, 'The bridge failed', 'The fault has been logged.')
}
