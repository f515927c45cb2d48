import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  fetchAsStore,
  fetchAsset,
  fetchBridge,
  fetchWith,
  freezeTime,
  postDesign,
  startAfresh,
} from '../bridge.ts'
import { basic, fetchConsole } from '../console/operator.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

const PLAIN = 'http://bridge.test'
const LOCAL = ['http://127.0.0.1:8787', 'http://localhost:8787', 'http://[::1]:8787']
const manual = { redirect: 'manual' } as const

describe('plain http', () => {
  it.each<[string, string, RequestInit]>([
    ['a token', '/orders', { headers: { authorization: 'Bearer token-of-the-store' } }],
    ['a wrong token', '/orders', { headers: { authorization: 'Bearer guessed' } }],
    ['a password', '/console', { headers: { authorization: basic('console-password') } }],
    [
      'a signature',
      '/sign-customiser/products',
      { method: 'POST', body: '{}', headers: { 'x-webhook-signature': 'a' } },
    ],
    [
      'a timestamp',
      '/sign-customiser/webhooks',
      { method: 'POST', body: '{}', headers: { 'x-webhook-timestamp': '1' } },
    ],
    ['a signature in the query', '/shopline/webhooks?sign=a', { method: 'POST', body: '{}' }],
    ['a signature in the query, to be read', '/shopline/webhooks?sign=a', {}],
    [
      'a key in the path',
      '/shopline/hooks/hook-key-hook-key-hook-key-hook-key',
      { method: 'POST', body: '{}' },
    ],
    ['an order', '/orders', { method: 'POST', body: '{}' }],
    ['a pressed button', '/console/orders/retry', { method: 'POST' }],
    ['a question what is allowed', '/orders', { method: 'OPTIONS' }],
  ])('carries no %s', async (_, path, init) => {
    const response = await fetchWith({}, `${PLAIN}${path}`, { ...manual, ...init } as never)

    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({
      type: '/problems/insecure',
      detail: expect.stringContaining('https'),
    })
  })

  it.each(['/', '/console', '/embed.js', '/orders?state=failed', '/health', '/nothing?a=b%20c'])(
    'leads to https: %s',
    async (path) => {
      const response = await fetchWith({}, `${PLAIN}${path}`, manual)

      expect(response.status).toBe(308)
      expect(response.headers.get('location')).toBe(`https://bridge.test${path}`)
      expect(response.headers.get('strict-transport-security')).toBeNull()
    },
  )

  it('does nothing that it was asked for', async () => {
    await fetchWith({}, `${PLAIN}/products/p-1`, {
      method: 'PUT',
      body: '{}',
      headers: { authorization: 'Bearer token-of-the-store', 'content-type': 'application/json' },
    })

    expect((await fetchAsStore('/products/p-1')).status).toBe(404)
  })

  it.each(LOCAL)('is as good as https on this machine: %s', async (origin) => {
    const headers = { authorization: 'Bearer token-of-the-store' }
    const response = await fetchWith({}, `${origin}/orders`, { headers })

    expect(response.status).toBe(200)
    expect(response.headers.get('strict-transport-security')).toBeNull()
  })

  it.each(['http://127.0.0.1.example.com', 'http://localhost.example.com', 'http://192.168.1.7:8787'])(
    'is not that of this machine elsewhere: %s',
    async (origin) => {
      const headers = { authorization: 'Bearer token-of-the-store' }

      expect((await fetchWith({}, `${origin}/orders`, { headers })).status).toBe(403)
    },
  )
})

describe('every answer', () => {
  it.each(['/', '/health', '/orders', '/console', '/nothing', '/embed.js', '/storefront/products/1'])(
    'has browsers come by https from then on, and is taken for nothing else: %s',
    async (path) => {
      const { headers } = await fetchBridge(path)

      expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    },
  )

  it.each(['/problems', '/problems/insecure', '/style.css', '/openapi.json', '/icon.svg'])(
    'does so as a static asset: %s',
    async (path) => {
      const { headers } = await fetchAsset(path)

      expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    },
  )

  it.each([
    '/orders',
    '/orders/none',
    '/products',
    '/events',
    '/deliveries',
    '/metrics',
    '/ready',
    '/health',
  ])('to the store is kept by nobody on the way: %s', async (path) => {
    expect((await fetchAsStore(path)).headers.get('cache-control')).toBe('no-store')
  })

  it.each(['/', '/console', '/nothing'])('that is a page is shared with no other site: %s', async (path) => {
    const { headers } = await fetchBridge(path, { headers: { accept: 'text/html' } })

    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
  })

  it('to a shop’s page stays readable there', async () => {
    await postDesign({ product_id: 'seen' })
    const headers = { origin: 'https://shop.test' }
    const response = await fetchBridge('/storefront/products/seen', { headers })

    expect(response.headers.get('cross-origin-resource-policy')).toBeNull()
    expect(response.headers.get('cache-control')).toBe('public, max-age=3600')
  })
})

describe('a path that nobody knows', () => {
  it.each(['/nothing', '/console/nothing', '/console/orders/1/nothing', '/problems/nothing'])(
    'is a page for a browser: %s',
    async (path) => {
      const accept = 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8'
      const response = await fetchBridge(path, { headers: { accept } })

      expect(response.status).toBe(404)
      expect(response.headers.get('content-type')).toContain('text/html')
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    },
  )

  it('is a problem for a program', async () => {
    expect((await fetchBridge('/console/nothing')).headers.get('content-type')).toBe(
      'application/problem+json',
    )
  })
})

describe('pictures in the console', () => {
  const policy = async (settings: Record<string, string>, origin: string) => {
    const headers = { authorization: basic('console-password') }
    const response = await fetchWith(settings, `${origin}/console`, { headers })
    return response.headers.get('content-security-policy') ?? ''
  }
  const SANDBOX = { DEMO: 'sandbox', SIGN_CUSTOMISER_API_URL: 'http://127.0.0.1:8788' }

  it('never come from the operator’s own machine', async () => {
    const { headers } = await fetchConsole('')

    expect(headers.get('content-security-policy')).toContain("img-src 'self' https: data:;")
    expect(await policy({}, 'http://127.0.0.1:8787')).not.toContain('127.0.0.1')
  })

  it('do so in the sandbox, which keeps them there', async () => {
    expect(await policy(SANDBOX, 'http://127.0.0.1:8787')).toContain('http://127.0.0.1:*')
  })
})
