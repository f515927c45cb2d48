import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import type { App } from '../http/app.ts'
import { PROBLEMS, type ProblemCode, refuse } from '../http/problem.ts'
import { NOTES } from './problem-notes.ts'

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'public, max-age=3600',
}

/** Where the `type` of a problem leads: what it means and what to do. */
export const problems = new Hono<App>()
  .get('/', (c) => show(c, 'Problems', list))
  .get('/:code', (c) => {
    const code = c.req.param('code')
    if (!isCode(code)) return refuse(c, { code: 'not-found', detail: 'There is no problem of this name.' })
    const [status, title] = PROBLEMS[code]
    return show(c, title, page(code, status, title))
  })

const isCode = (text: string): text is ProblemCode => Object.hasOwn(PROBLEMS, text)

const show = (c: Context<App>, title: string, body: ReturnType<typeof html>) =>
  c.html(
    html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title} · Sign Customiser Bridge</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}</style>
<main>${body}</main>
</html>`,
    200,
    HEADERS,
  )

const list = html`<h1>Problems</h1>
<ul>${Object.entries(PROBLEMS).map(
  ([code, [status, title]]) => html`<li><a href="/problems/${code}">${code}</a> (${status}): ${title}`,
)}</ul>`

function page(code: ProblemCode, status: number, title: string) {
  const { means, causes, todo } = NOTES[code]
  return html`<h1>${title}</h1>
<p>HTTP ${status}, <code>${code}</code>. ${means}</p>
<h2>What usually causes it</h2>
<ul>${causes.map((cause) => html`<li>${cause}`)}</ul>
<h2>What to do</h2>
<p>${todo}</p>
<p><a href="/problems">All problems</a></p>`
}
