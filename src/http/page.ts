import { html } from 'hono/html'
import type { AppContext } from './app.ts'

/** HTML whose every inserted value was escaped. */
export type Markup = ReturnType<typeof html>

/** A page without script of its own. `styles` are paths of stylesheets beside the one that all pages share. */
export interface Page {
  title: string
  main: Markup
  header?: Markup
  styles?: readonly string[]
  scripts?: readonly string[]
}

/** What a page may load beside this origin's styles and pictures. */
export interface Loads {
  /** Where pictures may come from, beside this origin. */
  images?: string
  /** Directives that join the policy. */
  policy?: readonly string[]
}

/** Answers with a page that loads nothing but what its policy names, is framed by nobody, and is neither kept nor indexed. */
export async function page(
  c: AppContext,
  content: Page & Loads,
  status: 200 | 401 | 403 | 404 | 422 | 429 | 500 | 503 = 200,
  headers: Record<string, string> = {},
): Promise<Response> {
  return c.html(documentOf(content), status, { ...pageHeaders(content), ...headers })
}

/** A page's HTML. */
export const documentOf = ({ title, main, header = html``, styles = [], scripts = [] }: Page): Markup =>
  html`<!doctype html>
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

/** The headers of every page, whether the Worker answers with it or it is a static asset. */
export const pageHeaders = ({ images = '', policy = [] }: Loads = {}) => ({
  'content-security-policy': [
    "default-src 'none'",
    "style-src 'self'",
    `img-src 'self' ${images}`.trim(),
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...policy,
  ].join('; '),
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex',
})
