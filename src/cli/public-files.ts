import { readFile } from 'node:fs/promises'
import { documentOf, type Page, pageHeaders } from '../http/page.ts'
import { HSTS } from '../http/transport.ts'
import { listPage, problemPages } from '../operations/problem-pages.ts'
import { demoPage } from '../storefront/demo-page.ts'
import { bundle } from './bundle.ts'
import { DOCUMENT } from './openapi/document.ts'

const pages: Record<string, Page> = {
  problems: listPage(),
  ...Object.fromEntries(problemPages().map(([code, page]) => [`problems/${code}`, page])),
  'demo/on': demoPage(false),
  'demo/sandbox': demoPage(true),
}

/** The files of `src/public`, by name: https://developers.cloudflare.com/workers/static-assets/. */
export async function publicFiles(): Promise<Record<string, string>> {
  const html = Object.entries(pages).map(([name, page]) => [
    `${name}.html`,
    // Without the lines that nothing was inserted into.
    `${documentOf(page)}`.replaceAll(/^ +\n/gm, ''),
  ])
  return {
    _headers: HEADERS,
    // A slash at the end of a page's address is dropped without this.
    _redirects: '/openapi.json/ /openapi.json 307\n',
    'icon.svg': await readFile('src/http/icon.svg', 'utf8'),
    'style.css': await bundle('src/http/style.css'),
    'console/style.css': await bundle('src/console/console.css'),
    'demo/style.css': await bundle('src/storefront/browser/demo/demo.css'),
    'demo/script.js': await bundle('src/storefront/browser/demo/demo.ts'),
    // Small, since shops' pages wait for it.
    'embed/script.js': await bundle('src/storefront/browser/embed.ts', true),
    'openapi.json': `${JSON.stringify(DOCUMENT, null, 2)}\n`,
    ...Object.fromEntries(html),
  }
}

/** Headers by path. A header that two rules name is sent twice, so no path fits two rules with a header in common. */
const HEADERS = Object.entries({
  '/*': { 'strict-transport-security': HSTS },
  '/problems*': pageHeaders(),
  // Asked for by its tag each time, so that a page never meets the styles of another version.
  '/*.css': { 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' },
  '/*.js': { 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' },
  '/icon.svg': { 'cache-control': 'public, max-age=86400', 'x-content-type-options': 'nosniff' },
  '/openapi.json': {
    'cache-control': 'public, max-age=300',
    'x-content-type-options': 'nosniff',
    'access-control-allow-origin': '*',
  },
})
  .map(([path, headers]) =>
    [path, ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`)].join('\n'),
  )
  .join('\n\n')
  .concat('\n')
