import { html } from 'hono/html'
import { sha256 } from '../signing/hmac.ts'
import { type AppContext, Routes } from './app.ts'

/** HTML whose every inserted value was escaped. */
export type Markup = ReturnType<typeof html>

/** A page without script. `styles` are paths of stylesheets beside the one that all pages share. */
export interface Page {
  title: string
  main: Markup
  header?: Markup
  styles?: readonly string[]
  scripts?: readonly string[]
  /** Where pictures may come from, beside this origin. */
  images?: string
  /** What else the page may load: directives that join the policy. */
  policy?: readonly string[]
}

/** Answers with a page that loads nothing but what its policy names, is framed by nobody, and is neither kept nor indexed. */
export async function page(
  c: AppContext,
  { title, main, header = html``, styles = [], scripts = [], images = '', policy = [] }: Page,
  status: 200 | 401 | 403 | 404 | 422 | 429 | 500 | 503 = 200,
  headers: Record<string, string> = {},
): Promise<Response> {
  const document = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <meta name="color-scheme" content="light dark">
    <title>${title}</title>
    <link rel="icon" href="/icon.svg" type="image/svg+xml">
    ${['/style.css', ...styles].map((href) => html`<link rel="stylesheet" href="${href}">`)}
    ${scripts.map((src) => html`<script type="module" src="${src}"></script>`)}
  </head>
  <body>
    <a class="skip" href="#main">Skip to content</a>
    ${header}
    <main id="main">${main}</main>
  </body>
</html>
`
  return c.html(document, status, {
    ...HEADERS,
    'content-security-policy': policyOf(images, policy),
    ...headers,
  })
}

const policyOf = (images: string, more: readonly string[]) =>
  [
    "default-src 'none'",
    "style-src 'self'",
    `img-src 'self' ${images}`.trim(),
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...more,
  ].join('; ')

const HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex',
}

/** Answers with a text that callers keep, or with 304 while theirs is the same. */
export async function withEtag(
  c: AppContext,
  text: string,
  headers: Record<string, string>,
): Promise<Response> {
  const etag = `"${(await sha256(text)).slice(0, 32)}"`
  const theirs = c.req.header('if-none-match') ?? ''
  const all = { ...headers, etag, 'x-content-type-options': 'nosniff' }
  // A proxy that compresses makes a strong tag weak; this comparison is the weak one (RFC 9110, 13.1.2).
  const isSame =
    theirs.trim() === '*' || theirs.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
  return isSame ? c.body(null, 304, all) : c.body(text, 200, all)
}

/** A stylesheet, asked for by its tag each time, so that a page never meets that of another version. */
export const stylesheet = (text: string) =>
  new Routes().get('/', (c) =>
    withEtag(c, text, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'no-cache' }),
  )

/** A lit letter, for the browser's tab. */
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#171922"/>' +
  '<path d="M20.5 10.5C19 6.5 10.5 7 11 12c.4 4.6 10.4 3 10.4 8.3 0 5-9.4 5.3-11 .6" fill="none" stroke="#ff5fa2" ' +
  'stroke-width="3" stroke-linecap="round"/></svg>'

export const icon = new Routes().get('/', (c) =>
  withEtag(c, ICON, { 'content-type': 'image/svg+xml', 'cache-control': 'public, max-age=86400' }),
)
