import type { Context } from 'hono'
import { html } from 'hono/html'
import type { App } from './app.ts'

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
  c: Context<App>,
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
