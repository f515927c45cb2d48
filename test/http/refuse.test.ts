import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import bridge, { Ledger } from '../../src/index.ts'
import {
  anOrder,
  changeSettings,
  fetchAsStore,
  fetchBridge,
  freezeTime,
  keepLog,
  postDesign,
  postOrder,
  sendAsStore,
  startAfresh,
} from '../bridge.ts'
import { fetchConsole } from '../console/operator.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

const from = (address: string) => ({ headers: { 'cf-connecting-ip': address } })
const forge = (address: string) => postDesign({ product_id: 1 }, { ...from(address), secret: 'not-ours' })
const guessToken = (address: string) => fetchBridge('/orders', from(address))

/** Every address and route has had its 600 of this minute when `limited` says so. */
const limit = (limited: (key: string) => boolean) =>
  vi.spyOn(env.FAILURES, 'limit').mockImplementation(async ({ key }) => ({ success: !limited(key) }))

describe('a request that no route takes', () => {
  it.each(['/', '/nothing', '/orders/a/b/c', '/sign-customiser', '/products/a/b'].slice(1))(
    'to %s gets 404',
    async (path) => {
      const response = await fetchBridge(path)

      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({ type: '/problems/not-found', status: 404 })
    },
  )

  it.each([
    ['GET', '/sign-customiser/products', 'POST'],
    ['DELETE', '/orders', 'GET, HEAD, POST'],
    ['PUT', '/orders/a', 'GET, HEAD'],
    ['GET', '/orders/a/retry', 'POST'],
    ['POST', '/products/a', 'GET, HEAD, PUT, DELETE'],
    ['OPTIONS', '/orders', 'GET, HEAD, POST'],
  ])('%s %s gets 405 and what is allowed', async (method, path, allow) => {
    const response = await fetchBridge(path, { method })

    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe(allow)
  })
})

describe('any answer', () => {
  it('carries a request ID of its own, which its problem and its log line repeat', async () => {
    const warn = vi.spyOn(console, 'warn')
    const response = await fetchBridge('/nothing', { headers: { 'x-request-id': 'theirs' } })

    const id = response.headers.get('x-request-id')
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(await response.json()).toMatchObject({ request_id: id })
    expect(JSON.parse(String(warn.mock.calls[0]?.[0]))).toMatchObject({
      event: 'request',
      request_id: id,
      method: 'GET',
      status: 404,
      code: 'not-found',
    })
  })

  it('does not mind a trailing slash', async () => {
    expect((await fetchAsStore('/orders/')).status).toBe(200)
    expect((await fetchBridge('/sign-customiser/products/', { method: 'POST' })).status).toBe(401)
  })

  it('to HEAD is that to GET without a body', async () => {
    const response = await fetchAsStore('/orders', { method: 'HEAD' })

    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
  })
})

describe('what comes to more than a row of the ledger holds', () => {
  it('is refused as too large, and is no fault', async () => {
    const lines = keepLog()
    // On this machine SQLite takes more than on Cloudflare, and says the same once that is too much.
    vi.spyOn(Ledger.prototype, 'submit').mockImplementation(function (this: unknown) {
      const { ctx } = this as { ctx: DurableObjectState }
      ctx.storage.sql.exec('SELECT zeroblob(2147483647)')
      throw new Error('SQLite takes everything')
    })
    await postDesign({ product_id: 1 })
    const response = await postOrder(anOrder())

    expect(response.status).toBe(413)
    expect(response.headers.get('retry-after')).toBeNull()
    expect(await response.json()).toMatchObject({ type: '/problems/body-too-large' })
    expect(lines.filter((line) => line.includes('"fault"'))).toEqual([])
  })
})

describe('a setting that a route needs', () => {
  it('is named, with its fault and without its value, when it can not be used', async () => {
    const lines = keepLog()
    changeSettings({ CURRENCY: 'dollars', STORE: 'corner-shop' })
    const response = await postDesign({ product_id: 1 })

    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('60')
    const { type, detail } = await response.json<{ type: string; detail: string }>()
    expect(type).toBe('/problems/not-configured')
    expect(detail).toBe(
      'CURRENCY must be three capital letters, such as USD; STORE must be one of custom, shopline.',
    )
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      status: 503,
      code: 'not-configured',
      settings: ['CURRENCY', 'STORE'],
    })
  })

  it('is not named to who did not sign', async () => {
    changeSettings({ CURRENCY: 'dollars' })

    expect((await postDesign({ product_id: 1 }, { secret: 'not-ours' })).status).toBe(401)
  })

  it.each([
    ['POST', '/orders', 'SIGN_CUSTOMISER_API_TOKEN'],
    ['PUT', '/products/a', 'CURRENCY'],
  ])(
    'of %s %s is named after the token was right and before the body is looked at',
    async (method, path, name) => {
      changeSettings({ [name]: 'replace-me' })
      const form = { method, body: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } }

      expect((await fetchBridge(path, form)).status).toBe(401)
      const response = await fetchAsStore(path, form)
      expect(response.status).toBe(503)
      expect(await response.json()).toMatchObject({ detail: expect.stringContaining(name) })
    },
  )
})

describe('a log line', () => {
  const lineOf = async (ask: () => Promise<Response>) => {
    const lines = keepLog()
    await ask()
    return JSON.parse(lines.at(-1) ?? '')
  }

  it('names the route where nothing was found, and not what was typed', async () => {
    const line = await lineOf(() => fetchAsStore('/orders/ada@example.com'))

    expect(line).toMatchObject({ route: '/orders/:external_id', status: 404, code: 'not-found' })
    expect(JSON.stringify(line)).not.toContain('ada@example.com')
  })

  it('names no route where there is none', async () => {
    expect(await lineOf(() => fetchBridge('/ada@example.com'))).toMatchObject({ route: 'none', status: 404 })
  })

  it('has no ID of a product that was not taken', async () => {
    const line = await lineOf(() => sendAsStore('PUT', '/products/ada@example.com', { price: 'free' }))

    expect(line).toMatchObject({ route: '/products/:external_id', status: 422 })
    expect(JSON.stringify(line)).not.toContain('ada@example.com')
  })

  it('has the ID of what was found', async () => {
    await sendAsStore('PUT', '/products/p-1', {})

    expect(await lineOf(() => fetchAsStore('/products/p-1'))).toMatchObject({ external_id: 'p-1' })
  })
})

describe('a flood of failures', () => {
  it('gets a constant 429 after 600 of a minute', { timeout: 30_000 }, async () => {
    const guess = () => guessToken('192.0.2.1')
    let unauthorised = 0
    let response = await guess()
    // The limiter's minutes are the real clock's: the flood may fall into two or three of them.
    while (response.status === 401 && unauthorised < 2000) {
      const answers = await Promise.all(Array.from({ length: 100 }, guess))
      unauthorised += 1 + answers.filter(({ status }) => status === 401).length
      response = await guess()
    }

    expect(response.status).toBe(429)
    expect(unauthorised).toBeGreaterThanOrEqual(600)
    expect(response.headers.get('retry-after')).toBe('60')
    expect(await response.json()).toMatchObject({ type: '/problems/too-many-failures' })
    expect((await guessToken('192.0.2.2')).status).toBe(401)
  })

  it('leaves no log lines', async () => {
    limit(() => true)
    const lines = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'log'), vi.spyOn(console, 'error')]

    expect((await forge('192.0.2.1')).status).toBe(429)
    for (const line of lines) expect(line).not.toHaveBeenCalled()
  })

  it('never keeps a genuine request out, not even from the same address', async () => {
    limit(() => true)

    expect((await forge('192.0.2.1')).status).toBe(429)
    expect((await postDesign({ product_id: 1 }, from('192.0.2.1'))).status).toBe(200)
  })

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
    ['2001:0DB8::1:2:3:4:5', '2001:db8:0:1::/64'],
    ['2001:db8::5', '2001:db8:0:0::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', ''],
  ])('from %j is counted as one from %j', async (address, network) => {
    const counted = limit(() => false)
    await forge(address)

    expect(counted).toHaveBeenCalledWith({ key: `/sign-customiser/products ${network}` })
  })

  it('is counted by route and by address', async () => {
    limit((key) => key === '/sign-customiser/products 192.0.2.1')

    expect((await forge('192.0.2.1')).status).toBe(429)
    expect((await forge('192.0.2.2')).status).toBe(401)
    expect((await guessToken('192.0.2.1')).status).toBe(401)
  })

  it('is counted by a route, however many paths it has', async () => {
    limit((key) => key === '/console/orders/:external_id 192.0.2.1')

    for (const path of ['/orders/a', '/orders/b'])
      expect(
        (await fetchConsole(path, { headers: { authorization: '', 'cf-connecting-ip': '192.0.2.1' } }))
          .status,
      ).toBe(429)
  })

  it('covers whatever is wrong with the signature', async () => {
    limit(() => true)

    for (const flaw of [{ age: 400 }, { signature: 'short' }, { timestamp: 'now' }, { secret: 'not-ours' }])
      expect((await postDesign({}, flaw)).status).toBe(429)
  })

  it('is refused as ever where the binding is missing', async () => {
    const { FAILURES: _, ...bare } = env
    const request = new Request<unknown, IncomingRequestCfProperties>('https://bridge.test/orders')

    expect((await bridge.fetch(request, bare as Env, createExecutionContext())).status).toBe(401)
  })
})
