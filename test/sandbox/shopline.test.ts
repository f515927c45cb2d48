import type { Hono } from 'hono'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { sandbox } from '../../src/sandbox/sandbox.ts'
import { OPTIONS, post, SHOPLINE } from './drive.ts'

afterEach(() => vi.restoreAllMocks())

const shopline = (webhooksUrl?: string): Hono =>
  sandbox({ ...OPTIONS, shopline: { ...SHOPLINE, ...(webhooksUrl && { webhooksUrl }) } })

const STORE = { authorization: 'Bearer access-token', 'user-agent': 'our-shop' }
const APP = { ...STORE, authorization: 'Bearer app-token' }
const ADDRESS = 'https://hook.test/events'

/** Answers what is posted to the outside; returns what came. */
function listening(answer: (url: string, body: Record<string, unknown>) => Response) {
  const came: { url: string; headers: Headers; body: Record<string, unknown> }[] = []
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input as Request, init as RequestInit)
    const body = await request.json<Record<string, unknown>>()
    came.push({ url: request.url, headers: request.headers, body })
    return answer(request.url, body)
  })
  return came
}

/** Answers the handshake with the merchant's ID, and everything else with a status. */
const asMerchant =
  (status = 200) =>
  (_: string, { topic }: Record<string, unknown>) =>
    topic === 'webhook/verification'
      ? new Response('NWYwYmRhNWU0ZTVmY2EwMDEwYzgxZmVm')
      : new Response('{}', { status })

const subscribe = (app: Hono, headers = STORE, topics = ['order/create'], address = ADDRESS) =>
  post(app, '/v1/webhooks', { address, topics }, headers)

/** Has a product in the store bought. */
async function buy(app: Hono, how: object = {}) {
  await post(app, '/v1/products', { product: { title_translations: { en: 'Sign' }, price: 30 } }, STORE)
  return post(app, '/sandbox/shopline/orders', how)
}

const addresses = async (app: Hono) =>
  (await (await app.request('/sandbox/shopline/webhooks')).json<{ addresses: object[] }>()).addresses

describe('the stand-in for SHOPLINE', () => {
  it('makes a subscription after the address has answered with the ID that the token asks for', async () => {
    const came = listening(asMerchant())
    const app = shopline()

    const made = await (await subscribe(app)).json()

    expect(came).toMatchObject([{ url: ADDRESS, body: { topic: 'webhook/verification' } }])
    expect(made).toMatchObject({ address: ADDRESS, topics: ['order/create'], status: 'active' })
    expect((await subscribe(app, APP, ['order/update'])).status).toBe(422)
    const list = await app.request('/v1/webhooks', { headers: STORE })
    expect(await list.json()).toMatchObject({ items: [made], pagination: { total_count: 1 } })
  })

  it('makes none twice for a topic and an address', async () => {
    listening(asMerchant())
    const app = shopline()
    await subscribe(app)

    expect((await subscribe(app, STORE, ['order/cancel', 'order/create'])).status).toBe(422)
    expect((await subscribe(app, STORE, ['order/cancel'])).status).toBe(200)
  })

  it('gives subscriptions page by page', async () => {
    listening(asMerchant())
    const app = shopline()
    for (const topic of ['a/b', 'c/d', 'e/f']) await subscribe(app, STORE, [topic])

    const page = await app.request('/v1/webhooks?per_page=2&page=2', { headers: STORE })
    expect(await page.json()).toMatchObject({ items: [{ topics: ['e/f'] }], pagination: { total_pages: 2 } })
  })

  it('posts events to those that subscribed, unsigned for the store’s own token, signed for the app’s', async () => {
    const came = listening((url, body) =>
      body.topic === 'webhook/verification'
        ? new Response(btoa(url.includes('app') ? SHOPLINE.appId : SHOPLINE.merchantId))
        : new Response('{}'),
    )
    const app = shopline()
    await subscribe(app, STORE)
    await subscribe(app, APP, ['order/create'], 'https://app.test/events')
    await subscribe(app, STORE, ['order/cancel'], 'https://other.test/events')

    await buy(app)

    const isSigned = ({ url, headers }: (typeof came)[number]) =>
      /[?]sign=[0-9a-f]{64}$/.test(url) && headers.has('x-shopline-developer-event-timestamp')
    expect(came.slice(3).map((one) => [new URL(one.url).host, isSigned(one)])).toEqual([
      ['hook.test', false],
      ['app.test', true],
    ])
  })

  it('posts what fails three times more, and cuts an address off that keeps failing', async () => {
    const came = listening(asMerchant(503))
    const app = shopline()
    await subscribe(app)

    await buy(app)
    expect(came).toHaveLength(1 + 4)
    for (let order = 0; order < 4; order++) await buy(app)
    expect(await addresses(app)).toEqual([{ address: ADDRESS, blocked: true, failures: 5 }])
    const before = came.length
    await buy(app)
    expect(came).toHaveLength(before)

    await post(app, '/sandbox/shopline/webhooks/resume', {})
    await buy(app)
    expect(came.length).toBeGreaterThan(before)
  })

  it('says whose a token is, and refuses what it may not do', async () => {
    const app = shopline()
    const tokenInfo = async (headers: Record<string, string>) =>
      (await app.request('/v1/token/info', { headers })).json<Record<string, unknown>>()

    expect(await tokenInfo(STORE)).toMatchObject({
      staff: { name: 'API' },
      merchant: { _id: SHOPLINE.merchantId, handle: 'our-shop' },
    })
    expect(await tokenInfo(APP)).not.toHaveProperty('staff')
    expect((await app.request('/v1/token/info')).status).toBe(401)

    await post(app, '/sandbox/shopline/scopes', { scopes: ['orders'] })
    expect((await subscribe(app)).status).toBe(403)
    expect((await app.request('/v1/webhooks', { headers: STORE })).status).toBe(403)
    expect((await app.request('/v1/orders', { headers: STORE })).status).toBe(200)
    expect((await app.request('/v1/products/search?sku=1', { headers: STORE })).status).toBe(403)
    expect((await post(app, '/sandbox/shopline/scopes', { scopes: ['all'] })).status).toBe(422)
  })
})
