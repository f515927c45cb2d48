import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fetchWith, freezeTime, outsideAnswers, postDesign, readOrder, startAfresh } from '../bridge.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

/** Where `npm start` has the bridge. */
const HERE = 'http://127.0.0.1:8787'
const SANDBOX = {
  DEMO: 'sandbox',
  SIGN_CUSTOMISER_API_URL: 'http://127.0.0.1:8788',
  SIGN_CUSTOMISER_EMBED_URL: 'http://127.0.0.1:8788/embed.js',
}
const ROUTES = ['/demo', '/demo/style.css', '/demo/script.js']

const checkout = (more: Record<string, unknown> = {}) => ({
  items: [{ external_id: 'sc-1', quantity: 2 }],
  customer: { first_name: 'Ada', last_name: 'Lovelace', email: 'ada@example.com' },
  shipping_address: { address_1: '12 Lamp Street', city: 'London', postcode: 'SW1Y 4JH', country: 'GB' },
  ...more,
})

const buy = (settings: Record<string, string>, body: unknown, headers: Record<string, string> = {}) =>
  fetchWith(settings, `${HERE}/demo/orders`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  })

describe('the demo', () => {
  it.each(ROUTES)('is not there by default: %s', async (path) => {
    expect((await fetchWith({}, path)).status).toBe(404)
    expect((await fetchWith({ DEMO: '' }, path)).status).toBe(404)
  })

  it.each(ROUTES)('is shown while DEMO is on: %s', async (path) => {
    expect((await fetchWith({ DEMO: 'on' }, path)).status).toBe(200)
  })

  it.each(ROUTES)("does not run the vendor's script beside an open console: %s", async (path) => {
    const { SIGN_CUSTOMISER_EMBED_URL: _, ...settings } = SANDBOX

    expect((await fetchWith(SANDBOX, path)).status).toBe(200)
    expect((await fetchWith(settings, path)).status).toBe(404)
  })

  it('answers 503 and names DEMO when that is none of its words', async () => {
    const response = await fetchWith({ DEMO: 'yes' }, '/demo')

    expect(response.status).toBe(503)
    expect(await response.text()).toContain('DEMO must be one of off, on, sandbox')
  })

  it.each(['SIGN_CUSTOMISER_EMBED_URL', 'EMBED_ORIGINS', 'CURRENCY'])(
    'answers 503 and names %s when that can not be read',
    async (setting) => {
      const response = await fetchWith({ DEMO: 'on', [setting]: 'x' }, '/demo')

      expect(response.status).toBe(503)
      expect(await response.text()).toContain(setting)
    },
  )

  it('is framed by nobody, and loads scripts from itself and the designer alone', async () => {
    const { headers } = await fetchWith({ DEMO: 'on' }, '/demo')

    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("script-src 'self' https://embed.sign-customiser.test;")
    expect(policy).not.toContain('unsafe')
    expect(headers.get('x-robots-tag')).toBe('noindex')
  })

  it.each([
    ['a checkout beside the sandbox', SANDBOX, true],
    ['none where orders would be real', { DEMO: 'on' }, false],
    [
      'none when the API is not on this machine',
      { ...SANDBOX, SIGN_CUSTOMISER_API_URL: 'https://web.signcustomiser.com' },
      false,
    ],
  ])('has %s', async (_, settings, hasCheckout) => {
    const page = await (await fetchWith(settings, `${HERE}/demo`)).text()

    expect(page.includes('id="checkout"')).toBe(hasCheckout)
    expect(page).toContain('src="/embed.js"')
  })

  it.each(['/demo/style.css', '/demo/script.js'])(
    'has a file that is kept until it changes: %s',
    async (path) => {
      const first = await fetchWith({ DEMO: 'on' }, path)
      const etag = first.headers.get('etag') ?? ''

      expect(first.headers.get('cache-control')).toBe('no-cache')
      expect(first.headers.get('x-content-type-options')).toBe('nosniff')
      expect(first.headers.get('x-request-id')).not.toBeNull()
      const again = await fetchWith({ DEMO: 'on' }, path, { headers: { 'if-none-match': etag } })
      expect(again.status).toBe(304)
      const head = await fetchWith({ DEMO: 'on' }, `${path}/`, { method: 'HEAD' })
      expect([head.status, await head.text()]).toEqual([200, ''])
    },
  )

  it.each(['/demo/on', '/demo/sandbox', '/demo/on.html'])('has no other way in: %s', async (path) => {
    expect((await fetchWith(SANDBOX, path)).status).toBe(404)
  })

  it.each(['/demo/products/sc-1', '/demo/products'])(
    'tells nobody of a design, whose ID anybody could guess: %s',
    async (path) => {
      await postDesign({ product_id: 1 })

      for (const settings of [SANDBOX, { DEMO: 'on' }])
        expect((await fetchWith(settings, path)).status).toBe(404)
    },
  )

  it('tells its page whom to believe, and the currency', async () => {
    const page = await (await fetchWith({ DEMO: 'on', CURRENCY: 'EUR' }, '/demo')).text()

    const [, attribute = ''] = /data-settings="([^"]*)"/.exec(page) ?? []
    expect(JSON.parse(attribute.replaceAll('&quot;', '"'))).toEqual({
      embedUrl: 'https://embed.sign-customiser.test',
      trusted: ['https://designer.test'],
      currency: 'EUR',
    })
  })
})

describe('a sandbox that was deployed by mistake', () => {
  it('takes no order, though its API is on loopback', async () => {
    await postDesign({ product_id: 1 })
    const elsewhere = await fetchWith(SANDBOX, '/demo/orders', {
      method: 'POST',
      body: JSON.stringify(checkout()),
      headers: { 'content-type': 'application/json' },
    })

    expect(elsewhere.status).toBe(404)
    expect(await (await fetchWith(SANDBOX, '/demo')).text()).not.toContain('id="checkout"')
  })
})

describe("the demo's checkout", () => {
  beforeEach(() => postDesign({ product_id: 1, price: 2999 }))

  it('hands in an order with the prices of the signed designs, whatever the browser says', async () => {
    outsideAnswers()

    const response = await buy(SANDBOX, checkout({ items: [{ external_id: 'sc-1', quantity: 2, price: 1 }] }))

    expect(response.status).toBe(202)
    const { external_id } = await response.json<{ external_id: string }>()
    const story = await (await fetchWith(SANDBOX, `${HERE}/demo/orders/${external_id}`)).json()
    expect(story).toMatchObject({ state: 'relayed', attempts: 1, sign_customiser_order_id: 7 })
    expect(JSON.stringify(story)).not.toMatch(/Ada|Lamp/)
    expect(await readOrder(external_id)).toMatchObject({ state: 'relayed', source: 'store' })
  })

  it('sends what a store would send', async () => {
    const sent = outsideAnswers()

    await buy(SANDBOX, checkout())

    expect(sent[0]?.body).toMatchObject({
      integration_id: 42,
      currency: 'USD',
      shipping_address: { first_name: 'Ada', city: 'London' },
      products: [{ external_id: 'sc-1', quantity: 2, price: 2999 }],
    })
  })

  it.each([
    ['the demo is off', { ...SANDBOX, DEMO: 'off' }],
    ['the demo takes no orders', { ...SANDBOX, DEMO: 'on' }],
    ['the API is the real one', { ...SANDBOX, SIGN_CUSTOMISER_API_URL: 'https://web.signcustomiser.com' }],
    ['the API is not set', { ...SANDBOX, SIGN_CUSTOMISER_API_URL: '' }],
    [
      'the API only sounds like this machine',
      { ...SANDBOX, SIGN_CUSTOMISER_API_URL: 'https://localhost.evil.test' },
    ],
  ])('is not there when %s', async (_, settings) => {
    const sent = outsideAnswers()

    expect((await buy(settings, checkout())).status).toBe(404)
    expect((await fetchWith(settings, `${HERE}/demo/orders/demo-1`)).status).toBe(404)
    expect(sent).toEqual([])
  })

  it.each([
    ['nothing', checkout({ items: [] })],
    ['no number of signs', checkout({ items: [{ external_id: 'sc-1', quantity: 0 }] })],
    ['a sign that nobody designed', checkout({ items: [{ external_id: 'sc-9', quantity: 1 }] })],
    ['no address', checkout({ shipping_address: null })],
  ])('takes no order of %s', async (_, body) => {
    const sent = outsideAnswers()

    expect((await buy(SANDBOX, body)).status).toBe(422)
    expect(sent).toEqual([])
  })

  it('takes no form, which another site could send', async () => {
    const response = await buy(SANDBOX, checkout(), { 'content-type': 'text/plain' })

    expect(response.status).toBe(415)
  })

  it("tells nothing of the store's own orders", async () => {
    outsideAnswers()

    expect((await fetchWith(SANDBOX, `${HERE}/demo/orders/order-1`)).status).toBe(404)
  })
})
