import { describe, expect, it } from 'vitest'
import { fetchAsset } from './bridge.ts'
import { PUBLIC_PAGES } from './public-files.ts'

const headersOf = async (path: string) => Object.fromEntries((await fetchAsset(path)).headers)
const of = (pattern: RegExp) => PUBLIC_PAGES.filter((path) => pattern.test(path))

it('finds the files', () => {
  expect(PUBLIC_PAGES).toEqual(expect.arrayContaining(['/style.css', '/problems/not-found', '/openapi.json']))
})

describe('the pages of problems', () => {
  it.each(of(/^\/problems/))(
    'load nothing but styles, and are neither kept, framed nor indexed: %s',
    async (path) => {
      expect(await headersOf(path)).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy':
          "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        'cache-control': 'no-store',
        'referrer-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'x-robots-tag': 'noindex',
      })
    },
  )
})

describe('styles and scripts', () => {
  it.each(of(/\.(css|js)$/))('are asked for anew, by their tag: %s', async (path) => {
    const headers = await headersOf(path)

    expect(headers).toMatchObject({ 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' })
    expect(headers['content-type']).toBe(
      path.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8',
    )
    const again = await fetchAsset(path, { headers: { 'if-none-match': headers.etag ?? '' } })
    expect(again.status).toBe(304)
  })
})

describe('the icon', () => {
  it('is kept for a day', async () => {
    expect(await headersOf('/icon.svg')).toMatchObject({
      'content-type': 'image/svg+xml',
      'cache-control': 'public, max-age=86400',
      'x-content-type-options': 'nosniff',
    })
  })
})

describe('openapi.json', () => {
  it('may be read by pages of any origin', async () => {
    expect(await headersOf('/openapi.json')).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'public, max-age=300',
      'access-control-allow-origin': '*',
      'x-content-type-options': 'nosniff',
    })
  })
})

describe.each(of(/^(?!\/demo\/(on|sandbox)$)/))('%s', (path) => {
  it('has each header once', async () => {
    for (const [name, value] of Object.entries(await headersOf(path)))
      if (name !== 'cache-control') expect(value.split('; ').at(-1), name).not.toContain(',')
  })

  it('answers HEAD without a body, and no method that would change it', async () => {
    const head = await fetchAsset(path, { method: 'HEAD' })

    expect([head.status, await head.text()]).toEqual([200, ''])
    expect((await fetchAsset(path, { method: 'POST' })).status).toBe(405)
  })
})

it.each([
  ['/problems/', '/problems'],
  ['/problems/not-found/', '/problems/not-found'],
  ['/problems/not-found.html', '/problems/not-found'],
  ['/openapi.json/', '/openapi.json'],
])('leads from %s to %s', async (from, to) => {
  const response = await fetchAsset(from, { redirect: 'manual' })

  expect([response.status, response.headers.get('location')]).toEqual([307, to])
})
