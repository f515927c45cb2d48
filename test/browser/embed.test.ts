import type { Page } from 'playwright-core'
import { describe, expect, inject, it } from 'vitest'
import { open } from './browser.ts'
import { makeDesign } from './requests.ts'
import type { Received } from './shop.ts'

let last = 5_000_000
const freshId = () => ++last

const openShop = async (attributes: Record<string, string> = {}) => {
  const { page } = await open(`${inject('shop')}/?${new URLSearchParams(attributes)}`)
  await page.waitForSelector('sign-customiser-embed iframe')
  return page
}

const message = (product: unknown) => ({ type: 'sc:product:created', product })

/** Says something to the page from the page itself. */
const say = (page: Page, data: unknown) =>
  page.evaluate((text) => postMessage(JSON.parse(text)), JSON.stringify(data))

/** Says something to the page from a frame of another origin. */
const sayFrom = (page: Page, origin: string, data: unknown) =>
  page.evaluate(
    (src) => {
      const frame = document.createElement('iframe')
      frame.src = src
      document.body.append(frame)
      return new Promise((loaded) => frame.addEventListener('load', loaded))
    },
    `${origin}/frame?say=${encodeURIComponent(JSON.stringify(data))}`,
  )

const told = (page: Page) => page.evaluate('told') as Promise<Record<string, unknown>[]>
const toldOnce = async (page: Page, n = 1) => {
  await page.waitForFunction(`told.length >= ${n}`, null, { timeout: 20_000 })
  return told(page)
}
const received = async () => (await (await fetch(`${inject('shop')}/received`)).json()) as Received[]

describe('embed.js in a shop', () => {
  it('puts the designer in its place, with the IDs that the bridge knows', async () => {
    const page = await openShop()

    const designer = page.locator('main > sign-customiser-embed')
    expect(await designer.getAttribute('customiser-id')).toBe('7')
    expect(await designer.getAttribute('integration-id')).toBe('42')
    expect(await designer.getAttribute('driver')).toBe('custom')
  })

  it('finds the product ID of a finished design and tells the shop, without a price', async () => {
    const product_id = freshId()
    await makeDesign({ product_id })
    const page = await openShop()

    await say(page, message({ product_id, price: 1 }))

    expect(await toldOnce(page)).toEqual([
      { type: 'sign:added', external_id: `sc-${product_id}`, product_id: `${product_id}`, quantity: 1 },
    ])
  })

  it('takes a product ID that the message names', async () => {
    const page = await openShop()

    await say(page, message({ external_id: 'sc-from-message' }))

    expect(await toldOnce(page)).toEqual([
      { type: 'sign:added', external_id: 'sc-from-message', product_id: null, quantity: 1 },
    ])
  })

  it('asks again while the design is on its way', async () => {
    const product_id = freshId()
    const page = await openShop()

    await say(page, message({ product_id }))
    await page.getByText('Putting your sign in the cart').waitFor()
    await makeDesign({ product_id })

    expect(await toldOnce(page)).toMatchObject([{ type: 'sign:added', external_id: `sc-${product_id}` }])
  })

  it('says so when the design has not come in ten seconds, and tries again when asked to', async () => {
    const product_id = freshId()
    const page = await openShop()

    await say(page, message({ product_id }))

    expect(await toldOnce(page)).toMatchObject([
      { type: 'sign:failed', code: 'not-found', product_id: `${product_id}` },
    ])
    const alert = page.getByRole('alert')
    expect(await alert.textContent()).toContain('Your sign was saved')
    await makeDesign({ product_id })
    await alert.getByRole('button', { name: 'Try again' }).click()
    expect(await toldOnce(page, 2)).toMatchObject([{}, { type: 'sign:added' }])
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  it('believes an origin of EMBED_ORIGINS, and no stranger', async () => {
    const page = await openShop()

    await sayFrom(page, inject('stranger'), message({ external_id: 'sc-stranger' }))
    await sayFrom(page, inject('friend'), message({ external_id: 'sc-friend' }))

    expect(await toldOnce(page)).toMatchObject([{ external_id: 'sc-friend' }])
  })

  it('does not believe a sandboxed frame', async () => {
    const page = await openShop()

    await page.evaluate(() => {
      const frame = document.createElement('iframe')
      frame.setAttribute('sandbox', 'allow-scripts')
      frame.srcdoc =
        '<script>parent.postMessage({ type: "sc:product:created", product: { external_id: "sc-box" } }, "*")</script>'
      document.body.append(frame)
      return new Promise((loaded) => frame.addEventListener('load', loaded))
    })
    await say(page, message({ external_id: 'sc-after' }))

    expect(await toldOnce(page)).toMatchObject([{ external_id: 'sc-after' }])
  })

  it('makes nothing of messages that are not about a design, and complains of one without an ID', async () => {
    const page = await openShop()

    for (const data of [null, 'sc:product:created', 42, [], {}, { type: 'other' }]) await say(page, data)
    await say(page, message({ product_id: '../../orders' }))

    expect(await toldOnce(page)).toMatchObject([{ type: 'sign:failed', code: 'no-product' }])
  })

  it('adds a design once when its message comes twice', async () => {
    const page = await openShop({ cart: '/cart' })
    const before = (await received()).length

    await page.evaluate(() => {
      for (const _ of [1, 2])
        postMessage({ type: 'sc:product:created', product: { external_id: 'sc-twice' } })
    })

    await toldOnce(page)
    expect((await received()).length).toBe(before + 1)
  })

  it("posts to the shop's own cart, and tries again when that failed", async () => {
    const page = await openShop({ cart: '/cart' })
    await fetch(`${inject('shop')}/fail?times=1`, { method: 'POST' })

    await say(page, message({ external_id: 'sc-path', price: 1 }))

    expect(await toldOnce(page)).toMatchObject([{ type: 'sign:failed', code: 'cart-failed' }])
    await page.getByRole('button', { name: 'Try again' }).click()
    await toldOnce(page, 2)
    expect((await received()).at(-1)).toMatchObject({
      path: '/cart',
      body: { external_id: 'sc-path', quantity: 1 },
    })
    expect(await page.getByRole('status').textContent()).toBe('Your sign is in the cart.')
  })

  it.each(['https://evil.test/cart', '//evil.test/cart', '/\\evil.test/cart', 'cart'])(
    'posts to no cart that is %s',
    async (cart) => {
      const page = await openShop({ cart })
      const posts: string[] = []
      page.on('request', (request) => request.method() === 'POST' && posts.push(request.url()))

      await say(page, message({ external_id: 'sc-evil' }))

      expect(await toldOnce(page)).toMatchObject([{ type: 'sign:failed', code: 'cart-failed' }])
      expect(posts).toEqual([])
    },
  )

  it("speaks to SHOPLINE's storefront as its themes do", async () => {
    const page = await openShop({ cart: 'shopline', merchant: 'm1' })

    await say(page, message({ external_id: '6183b749f530a400201bcc73' }))

    await toldOnce(page)
    expect((await received()).at(-1)).toMatchObject({
      path: '/api/merchants/m1/cart/items',
      headers: { 'x-csrf-token': 'csrf-1', 'x-requested-with': 'XMLHttpRequest' },
      body: {
        item: { product_id: '6183b749f530a400201bcc73', quantity: 1, type: 'product', variation_id: null },
        cart_options: { skip_calculate_order: true },
      },
    })
  })

  it('lets the shop speak in its own words', async () => {
    const page = await openShop()
    await page.evaluate(() => addEventListener('sign:failed', (event) => event.preventDefault()))

    await say(page, message({}))

    await toldOnce(page)
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  it('says so when the designer can not be loaded', async () => {
    const { page } = await open('about:blank')
    await page.route('**/sign-customiser-embed.js', (route) => route.abort())
    await page.goto(inject('shop'))

    expect(await toldOnce(page)).toMatchObject([{ code: 'designer-not-loaded' }])
    expect(await page.getByRole('alert').textContent()).toContain('could not be loaded')
  })
})

describe('GET /storefront/products/{product_id} from a page', () => {
  const read = (page: Page, url: string) =>
    page.evaluate((address) => fetch(address).then((response) => response.json(), String), url)

  it('can be read by the shop, and by nobody else', async () => {
    const product_id = freshId()
    await makeDesign({ product_id })
    const url = `${inject('bridge')}/storefront/products/${product_id}`

    const { page: ours } = await open(inject('shop'))
    const { page: theirs } = await open(inject('stranger'))

    expect(await read(ours, url)).toEqual({ external_id: `sc-${product_id}` })
    expect(await read(theirs, url)).toContain('TypeError')
  })
})
