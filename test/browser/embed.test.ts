import { transform } from 'esbuild'
import type { Page } from 'playwright-core'
import { describe, expect, inject, it } from 'vitest'
import { open } from './browser.ts'
import { makeDesign } from './requests.ts'
import { RECORDER, type Received, type ShopFile } from './shop.ts'

let last = 5_000_000
const freshId = () => ++last

const openShop = async (attributes: Record<string, string> = {}) => {
  const { page } = await open(`${inject('shop')}/?${new URLSearchParams(attributes)}`)
  await page.waitForSelector('sign-customiser-embed iframe')
  return page
}

const EMBED = `${inject('bridge')}/embed.js`

/** The script's one line with attributes of the test's own. */
const line = (attributes = '') => `<script async src="${EMBED}" ${attributes}></script>`

/** Puts a file on the shop's server, or on another's; returns its address. */
async function put(
  name: string,
  body: string,
  headers: Record<string, string>,
  server = inject('shop'),
): Promise<string> {
  const url = `${server}/files/${name}`
  await fetch(url, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ body, headers } satisfies ShopFile),
  })
  return url
}

/** Opens a page of the shop whose HTML and headers are the test's own. */
const openPage = async (html: string, headers: Record<string, string> = {}) => {
  const body = `<!doctype html><title>A shop</title><body>${RECORDER}${html}`
  return open(await put('page', body, { 'content-type': 'text/html', ...headers }))
}

const designers = (page: Page) => page.locator('sign-customiser-embed iframe')

/** Keeps where the page was sent, without going there. */
const keepJourneys = (page: Page) =>
  page.evaluate(`
    window.went = []
    navigation.addEventListener('navigate', (event) => {
      went.push(event.destination.url)
      event.preventDefault()
    })`)
const went = (page: Page) => page.evaluate('went') as Promise<string[]>

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
  // Asked by the debugger, so that a page's policy need not allow it.
  await expect.poll(async () => (await told(page)).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(n)
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

describe('a design whose message comes again', () => {
  it('is added once as long as the page lives, whichever of its IDs the message names', async () => {
    const product_id = freshId()
    await makeDesign({ product_id })
    const page = await openShop({ cart: '/cart' })
    const before = (await received()).length
    const external_id = `sc-${product_id}`

    await say(page, message({ product_id }))
    await toldOnce(page)
    for (const again of [{ product_id }, { external_id }, { product_id, external_id }])
      await say(page, message(again))
    await say(page, message({ external_id: 'sc-last-1' }))

    await page.waitForFunction('told.at(-1).external_id === "sc-last-1"')
    expect(await told(page)).toMatchObject([{ external_id }, { external_id: 'sc-last-1' }])
    expect((await received()).length).toBe(before + 2)
  })

  it('is added once though its ID is still looked for when the second message brings it', async () => {
    const product_id = freshId()
    const external_id = `sc-${product_id}`
    const page = await openShop({ cart: '/cart' })

    await say(page, message({ product_id }))
    await page.getByText('Putting your sign in the cart').waitFor()
    await say(page, message({ external_id }))
    await toldOnce(page)
    const found = page.waitForResponse(
      (response) => response.url().endsWith(`/${product_id}`) && response.ok(),
    )
    await makeDesign({ product_id })
    await found
    await say(page, message({ external_id: 'sc-last-2' }))

    await page.waitForFunction('told.at(-1).external_id === "sc-last-2"')
    expect(await told(page)).toMatchObject([{ external_id }, { external_id: 'sc-last-2' }])
  })

  it('takes an ID that a later message brings, and is done with the first', async () => {
    const product_id = freshId()
    const page = await openShop()
    await say(page, message({ product_id }))
    expect(await toldOnce(page)).toMatchObject([{ code: 'not-found' }])

    await say(page, message({ product_id, external_id: 'sc-brought' }))
    expect(await toldOnce(page, 2)).toMatchObject([{}, { type: 'sign:added', external_id: 'sc-brought' }])

    await makeDesign({ product_id })
    await page.reload()
    await designers(page).waitFor()
    await say(page, message({ external_id: 'sc-last-6' }))
    expect(await toldOnce(page)).toMatchObject([{ external_id: 'sc-last-6' }])
  })

  it('is tried again when the first try failed', async () => {
    const page = await openShop({ cart: '/cart' })
    await fetch(`${inject('shop')}/fail?times=1`, { method: 'POST' })

    await say(page, message({ external_id: 'sc-again' }))
    await toldOnce(page)
    await say(page, message({ external_id: 'sc-again' }))

    expect(await toldOnce(page, 2)).toMatchObject([{ code: 'cart-failed' }, { external_id: 'sc-again' }])
  })
})

describe('where the shopper goes next', () => {
  const openNext = async (next: string, listener = '') => {
    const { page, complaints } = await openPage(
      `<script>addEventListener('sign:added', (event) => { ${listener} })</script>${line(`data-next="${next}"`)}`,
    )
    await designers(page).waitFor()
    await keepJourneys(page)
    return { page, complaints }
  }

  it('is held back until the shop has filled its own cart', async () => {
    const { page } = await openNext(
      '/basket',
      'event.detail.waitUntil(new Promise((done) => (window.filled = done)))',
    )

    await say(page, message({ external_id: 'sc-wait' }))
    await toldOnce(page)
    expect(await went(page)).toEqual([])
    expect(await page.getByRole('status').textContent()).toBe('Putting your sign in the cart…')
    await page.evaluate('filled()')

    await page.waitForFunction('went.length > 0')
    expect(await went(page)).toEqual([`${inject('shop')}/basket`])
  })

  it('is nowhere when the shop could not fill its cart, until it can', async () => {
    const { page } = await openNext(
      '/basket',
      'event.detail.waitUntil(told.length > 1 ? Promise.resolve() : Promise.reject(new Error("sold out")))',
    )

    await say(page, message({ external_id: 'sc-rejected' }))

    expect(await toldOnce(page, 2)).toMatchObject([
      { type: 'sign:added' },
      { type: 'sign:failed', code: 'cart-failed' },
    ])
    expect(await went(page)).toEqual([])
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.waitForFunction('went.length > 0')
  })

  it('fills the cart of a path once, though the shop could not do its own part at first', async () => {
    const page = await openShop({ cart: '/cart' })
    await page.evaluate(() =>
      addEventListener('sign:added', (event) => {
        const { waitUntil } = (event as CustomEvent).detail
        waitUntil(
          (window as unknown as { told: unknown[] }).told.length > 1
            ? 'done'
            : Promise.reject(new Error('no')),
        )
      }),
    )
    const before = (await received()).length

    await say(page, message({ external_id: 'sc-half' }))
    await toldOnce(page, 2)
    await page.getByRole('button', { name: 'Try again' }).click()

    await page.getByText('Your sign is in the cart.').waitFor()
    expect((await received()).length).toBe(before + 1)
  })

  it('is at once where nobody asks to wait, and nowhere where the event is prevented', async () => {
    const { page } = await openNext('/basket')
    await say(page, message({ external_id: 'sc-go' }))
    await page.waitForFunction('went.length > 0')

    const { page: held } = await openNext('/basket', 'event.preventDefault()')
    await say(held, message({ external_id: 'sc-stay' }))
    await toldOnce(held)
    expect(await went(held)).toEqual([])
  })

  it('says so when the shop asks to wait too late', async () => {
    const { page, complaints } = await openNext(
      '',
      'setTimeout(() => event.detail.waitUntil(Promise.resolve()))',
    )

    await say(page, message({ external_id: 'sc-late' }))
    await toldOnce(page)

    await expect.poll(() => complaints.join()).toContain('waitUntil comes too late')
  })

  it.each([
    ['/basket', '/basket'],
    ['basket?a=1', '/files/basket?a=1'],
    ['https://pay.example/next', 'https://pay.example/next'],
  ])('is %s from the page itself, whatever its <base> says', async (next, goal) => {
    const { page } = await openPage(`<base href="https://elsewhere.example/">${line(`data-next="${next}"`)}`)
    await designers(page).waitFor()
    await keepJourneys(page)

    await say(page, message({ external_id: 'sc-base' }))

    await page.waitForFunction('went.length > 0')
    expect(await went(page)).toEqual([new URL(goal, inject('shop')).href])
  })

  it.each([
    'javascript:told.push(1)',
    'data:text/html,x',
    'http://elsewhere.example/',
    '//elsewhere.example/',
    'http://',
  ])('is never %s', async (next) => {
    const { page, complaints } = await openNext(next)

    await say(page, message({ external_id: 'sc-script' }))

    expect(await toldOnce(page)).toHaveLength(1)
    expect(await went(page)).toEqual([])
    expect(complaints.join()).toContain('data-next')
  })
})

describe("a cart's path", () => {
  it("is the page's own, whatever its <base> says", async () => {
    const { page } = await openPage(`<base href="${inject('friend')}">${line('data-cart="/cart"')}`)
    const before = (await received()).length
    await designers(page).waitFor()

    await say(page, message({ external_id: 'sc-based' }))

    expect(await toldOnce(page)).toMatchObject([{ type: 'sign:added' }])
    expect((await received()).length).toBe(before + 1)
  })

  it.each(['/guarded', '/routed'])(
    'that leads to another page, as %s does to a login, has failed',
    async (cart) => {
      const { page, complaints } = await openPage(line(`data-cart="${cart}"`))
      await designers(page).waitFor()

      await say(page, message({ external_id: 'sc-guarded' }))

      expect(await toldOnce(page)).toMatchObject([{ type: 'sign:failed', code: 'cart-failed' }])
      expect(complaints.join()).toContain('login')
    },
  )

  it('is asked to the end though the shopper leaves the page', async () => {
    const page = await openShop({ cart: '/cart' })
    const held = Promise.withResolvers<void>()
    await page.route('**/cart', async (route) => {
      await held.promise
      await route.continue()
    })
    const asked = page.waitForRequest('**/cart')
    await say(page, message({ external_id: 'sc-leaving' }))
    await asked

    await page.goto(`${inject('shop')}/login`)
    held.resolve()

    await expect
      .poll(received)
      .toContainEqual(expect.objectContaining({ body: { external_id: 'sc-leaving', quantity: 1 } }))
  })

  it('may end in a slash that the shop adds', async () => {
    const page = await openShop({ cart: '/slashed' })

    await say(page, message({ external_id: 'sc-slashed' }))

    expect(await toldOnce(page)).toMatchObject([{ type: 'sign:added' }])
    expect((await received()).at(-1)).toMatchObject({
      path: '/slashed/',
      body: { external_id: 'sc-slashed' },
    })
  })
})

describe('a line in the head of a page without a designer', () => {
  it('tells the shopper nothing of a designer, but of a sign', async () => {
    const { page } = await open('about:blank')
    await page.route('**/sign-customiser-embed.js', (route) => route.abort())
    await page.goto(
      await put(
        'head',
        `<!doctype html><title>A shop</title>${RECORDER}${line('data-cart="/nowhere"')}<body><p>Hello`,
        { 'content-type': 'text/html' },
      ),
    )
    expect(await toldOnce(page)).toMatchObject([{ code: 'designer-not-loaded' }])
    expect(await page.getByRole('alert').count()).toBe(0)

    await say(page, message({ external_id: 'sc-head' }))

    expect(await toldOnce(page, 2)).toMatchObject([{}, { code: 'cart-failed' }])
    expect(await page.locator('body > [role="alert"]').isVisible()).toBe(true)
  })
})

describe('embed.js from elsewhere', () => {
  const text = async () => (await fetch(EMBED)).text()

  it('asks its bridge when it stands in the page itself', async () => {
    const product_id = freshId()
    await makeDesign({ product_id })
    const { page } = await openPage(`<main><script data-customiser-id="9">${await text()}</script></main>`)
    await designers(page).waitFor()

    await say(page, message({ product_id }))

    expect(await toldOnce(page)).toMatchObject([{ type: 'sign:added', external_id: `sc-${product_id}` }])
    expect(await page.locator('main > sign-customiser-embed').getAttribute('customiser-id')).toBe('9')
  })

  it("asks its bridge when the shop's own server hands it out", async () => {
    const product_id = freshId()
    await makeDesign({ product_id })
    const ours = await put('embed.js', await text(), { 'content-type': 'text/javascript' })
    const { page } = await openPage(`<script async src="${ours}"></script>`)
    await designers(page).waitFor()

    await say(page, message({ product_id }))

    expect(await toldOnce(page)).toMatchObject([{ type: 'sign:added', external_id: `sc-${product_id}` }])
  })

  it.each(['anonymous', ''])('may be loaded with crossorigin="%s"', async (value) => {
    const { page } = await openPage(line(`crossorigin="${value}" data-customiser-id="9"`))

    await designers(page).waitFor()
    expect(await page.locator('sign-customiser-embed').getAttribute('customiser-id')).toBe('9')
  })

  it.each([
    ['as a module', `<script type="module" src="${EMBED}"></script>`],
    ['by import', `<script type="module">import '${EMBED}'</script>`],
  ])('says how to load it when it was loaded %s', async (_, html) => {
    const { complaints } = await openPage(html)

    await expect.poll(() => complaints.join()).toContain(`<script async src="${EMBED}"`)
  })
})

describe('more than one line of embed.js', () => {
  const two = `<div id="a">${line('data-cart="/cart" data-customiser-id="1"')}</div>
    <div id="b">${line('data-cart="/slashed/" data-customiser-id="2" data-integration-id="3"')}</div>`

  const openTwo = async () => {
    const { page } = await openPage(two)
    await page.locator('#a iframe').waitFor()
    await page.locator('#b iframe').waitFor()
    return page
  }

  /** Says something from within the frame of a designer. */
  const sayWithin = (page: Page, within: string, data: unknown) =>
    page
      .frameLocator(`${within} iframe`)
      .locator('body')
      .evaluate((_, text) => parent.postMessage(JSON.parse(text), '*'), JSON.stringify(data))

  it('places a designer each, with attributes of its own', async () => {
    const page = await openTwo()

    expect(await designers(page).count()).toBe(2)
    expect(await page.locator('#a sign-customiser-embed').getAttribute('customiser-id')).toBe('1')
    expect(await page.locator('#b sign-customiser-embed').getAttribute('customiser-id')).toBe('2')
    expect(await page.locator('#b sign-customiser-embed').getAttribute('integration-id')).toBe('3')
    expect(await page.locator('script[src$="/sign-customiser-embed.js"]').count()).toBe(1)
  })

  it.each([
    ['#a', '/cart'],
    ['#b', '/slashed/'],
  ])('adds a design of %s once, to the cart of its own line', async (within, path) => {
    const page = await openTwo()
    const before = (await received()).length

    await sayWithin(page, within, message({ external_id: `sc-of-${path}` }))

    expect(await toldOnce(page)).toHaveLength(1)
    const posted = (await received()).slice(before)
    expect(posted).toMatchObject([{ path, body: { external_id: `sc-of-${path}` } }])
    expect(await page.locator(`${within} .sign-customiser-words`).textContent()).toBe(
      'Your sign is in the cart.',
    )
  })

  it('asks the newest line where none can be told', async () => {
    const { page } = await openPage(line('data-cart="/cart"'))
    await designers(page).waitFor()

    // As a shop does whose pages follow one another without loading.
    await page.evaluate((src) => {
      document.body.replaceChildren()
      const script = document.createElement('script')
      script.src = src
      script.dataset.cart = '/slashed/'
      document.body.append(script)
    }, EMBED)
    await designers(page).waitFor()
    await say(page, message({ external_id: 'sc-newest' }))

    expect(await toldOnce(page)).toHaveLength(1)
    expect((await received()).at(-1)).toMatchObject({ path: '/slashed/' })
    expect(await designers(page).count()).toBe(1)
  })

  it('asks the one that is left where the newest was taken away', async () => {
    const page = await openTwo()

    await page.evaluate(() => document.querySelector('#b')?.remove())
    await say(page, message({ external_id: 'sc-left' }))

    expect(await toldOnce(page)).toHaveLength(1)
    expect((await received()).at(-1)).toMatchObject({ path: '/cart', body: { external_id: 'sc-left' } })
  })

  it('knows the designer from a frame within its frame, in a shadow tree', async () => {
    const type = { 'content-type': 'text/html' }
    const data = JSON.stringify(message({ external_id: 'sc-nested' }))
    const inner = await put(
      'inner',
      `<script>addEventListener('load', () => top.postMessage(${data}, '*'))</script>`,
      type,
      inject('friend'),
    )
    const outer = await put('outer', `<iframe src="${inner}"></iframe>`, type, inject('friend'))
    const { page } = await open('about:blank')
    await page.route('**/sign-customiser-embed.js', (route) =>
      route.fulfill({
        contentType: 'text/javascript',
        body: `customElements.define('sign-customiser-embed', class extends HTMLElement {
          connectedCallback() {
            const frame = document.createElement('iframe')
            frame.src = this.getAttribute('customiser-id') === '1' ? '${outer}' : 'about:blank'
            this.attachShadow({ mode: 'open' }).append(frame)
          }
        })`,
      }),
    )
    await page.goto(await put('page', `<!doctype html><body>${RECORDER}${two}`, type))

    expect(await toldOnce(page)).toHaveLength(1)
    expect((await received()).at(-1)).toMatchObject({ path: '/cart', body: { external_id: 'sc-nested' } })
  })

  it('loads the designer anew with a later line when the first could not', async () => {
    const { page } = await open('about:blank')
    await page.route('**/sign-customiser-embed.js', (route) => route.abort())
    await page.goto(inject('shop'))
    await toldOnce(page)

    await page.unroute('**/sign-customiser-embed.js')
    await page.evaluate((src) => {
      const script = document.createElement('script')
      script.src = src
      document.body.append(script)
    }, EMBED)

    await designers(page).first().waitFor()
  })

  it("places none beside one of the page's own", async () => {
    const { page } = await openPage(
      `<sign-customiser-embed customiser-id="5" integration-id="42" driver="custom"></sign-customiser-embed>${two}`,
    )
    await designers(page).waitFor()
    await say(page, message({ external_id: 'sc-own' }))
    await toldOnce(page)

    expect(await designers(page).count()).toBe(1)
  })
})

describe('old browsers', () => {
  it('can read it: it holds nothing that came after ES2020', async () => {
    const text = await (await fetch(EMBED)).text()
    const { code: lowered } = await transform(text, { target: 'es2020' })

    expect((await transform(text, { target: 'esnext' })).code).toBe(lowered)
  })

  it('can run it: it calls nothing that came after 2020', async () => {
    const product_id = freshId()
    const { page, complaints } = await open('about:blank')
    await page.addInitScript(() => {
      const gone = [
        [AbortSignal, ['timeout', 'any']],
        [Promise, ['any', 'withResolvers']],
        [Object, ['hasOwn', 'groupBy']],
        [URL, ['canParse', 'parse']],
        [Array.prototype, ['at', 'findLast', 'findLastIndex', 'toSorted', 'toReversed']],
        [String.prototype, ['at', 'replaceAll']],
        [Element.prototype, ['replaceChildren']],
        [window, ['structuredClone', 'requestIdleCallback', 'reportError']],
        [Crypto.prototype, ['randomUUID']],
      ] as const
      for (const [of, names] of gone) for (const name of names) Reflect.deleteProperty(of, name)
    })
    // The stand-in's script needs no old browsers.
    await page.route('**/sign-customiser-embed.js', (route) => route.fulfill({ body: '' }))
    await page.goto(`${inject('shop')}/?cart=/cart`)
    await page.locator('sign-customiser-embed').waitFor({ state: 'attached' })

    await say(page, message({ product_id }))
    await page.getByText('Putting your sign in the cart').waitFor()
    await makeDesign({ product_id })

    expect(await toldOnce(page)).toMatchObject([{ type: 'sign:added' }])
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([])
  })
})

describe('a shopper who leaves before the product ID has come', () => {
  it('finds the sign in the cart after the next load, once', async () => {
    const product_id = freshId()
    const external_id = `sc-${product_id}`
    const page = await openShop({ cart: '/cart' })
    const before = (await received()).length
    await say(page, message({ product_id }))
    await page.getByText('Putting your sign in the cart').waitFor()

    await page.goto(`${inject('shop')}/login`)
    await makeDesign({ product_id })
    await page.goto(`${inject('shop')}/?cart=/cart`)
    expect(await toldOnce(page)).toMatchObject([{ type: 'sign:added', external_id }])

    await page.reload()
    await designers(page).waitFor()
    await say(page, message({ external_id: 'sc-last-3' }))
    expect(await toldOnce(page)).toMatchObject([{ external_id: 'sc-last-3' }])
    const posted = (await received()).slice(before)
    expect(posted.map(({ body }) => body)).toMatchObject([{ external_id }, { external_id: 'sc-last-3' }])
  })

  it('is not given it twice when another page of the tab was quicker', async () => {
    const product_id = freshId()
    const page = await openShop()
    await say(page, message({ product_id }))
    await page.getByText('Putting your sign in the cart').waitFor()

    // As the next page does, while this one waits to be shown again.
    await page.evaluate(() => sessionStorage.setItem('sign-customiser-bridge', '{}'))
    const found = page.waitForResponse(
      (response) => response.url().endsWith(`/${product_id}`) && response.ok(),
    )
    await makeDesign({ product_id })
    await found
    await say(page, message({ external_id: 'sc-last-7' }))

    expect(await toldOnce(page)).toMatchObject([{ external_id: 'sc-last-7' }])
  })

  it('finds it still when the first page said that it had not come', async () => {
    const product_id = freshId()
    const page = await openShop()
    await say(page, message({ product_id }))
    expect(await toldOnce(page)).toMatchObject([{ code: 'not-found' }])

    await makeDesign({ product_id })
    await page.reload()

    expect(await toldOnce(page)).toMatchObject([{ type: 'sign:added', external_id: `sc-${product_id}` }])
  })

  it('is not bothered with it an hour later, nor by what is no such record', async () => {
    const product_id = freshId()
    await makeDesign({ product_id })
    const { page } = await open(`${inject('shop')}/login`)
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    for (const kept of [
      JSON.stringify({ [product_id]: Date.now() - 3_600_001 }),
      JSON.stringify({ '../x': Date.now(), [product_id]: 'now' }),
      '[1',
      'null',
    ]) {
      await page.evaluate((text) => sessionStorage.setItem('sign-customiser-bridge', text), kept)
      await page.goto(inject('shop'))
      await designers(page).waitFor()
      await say(page, message({ external_id: 'sc-last-4' }))

      expect(await toldOnce(page)).toMatchObject([{ external_id: 'sc-last-4' }])
    }
    expect(asked.filter((path) => path.startsWith('/storefront/'))).toEqual([])
  })

  it('adds it all the same where nothing may be kept', async () => {
    const product_id = freshId()
    await makeDesign({ product_id })
    const { page } = await open('about:blank')
    await page.addInitScript(() =>
      Object.defineProperty(window, 'sessionStorage', {
        get() {
          throw new DOMException('denied', 'SecurityError')
        },
      }),
    )
    await page.goto(inject('shop'))
    await designers(page).waitFor()

    await say(page, message({ product_id }))

    expect(await toldOnce(page)).toMatchObject([{ type: 'sign:added' }])
  })
})

describe('a page whose Content-Security-Policy forbids', () => {
  const scripts = `script-src 'unsafe-inline' ${inject('bridge')} ${inject('sandbox')}`
  const csp = (policy: string) => ({ 'content-security-policy': policy })

  it.each([
    ["the designer's frame", `${scripts}; frame-src 'none'`, 'frame-src', inject('sandbox')],
    [
      "the designer's script",
      `script-src 'unsafe-inline' ${inject('bridge')}`,
      'script-src',
      inject('sandbox'),
    ],
  ])('%s says so', async (_, policy, directive, origin) => {
    const { page, complaints } = await openPage(line(), csp(policy))

    expect(await toldOnce(page)).toContainEqual(
      expect.objectContaining({ type: 'sign:failed', code: 'blocked', directive, origin }),
    )
    expect(complaints).toContainEqual(expect.stringMatching(`^embed.js: .*${directive}`))
    expect(await page.getByRole('alert').textContent()).toContain('could not be loaded')
  })

  it('asking the bridge says so once, however often that is tried', async () => {
    const { page } = await openPage(line(), csp(`${scripts}; connect-src 'none'`))
    await designers(page).waitFor()

    await say(page, message({ product_id: freshId() }))

    expect(await toldOnce(page, 2)).toMatchObject([
      { code: 'blocked', directive: 'connect-src', origin: inject('bridge') },
      { code: 'not-found' },
    ])
  })

  it('what is not about signs, or only reports, says nothing', async () => {
    const { page } = await openPage(`${line()}<img src="${inject('friend')}/x.png"><img src="data:,">`, {
      'content-security-policy': `${scripts}; img-src 'none'`,
      'content-security-policy-report-only': "frame-src 'none'",
    })
    await designers(page).waitFor()
    await say(page, message({ external_id: 'sc-last-5' }))

    expect(await toldOnce(page)).toMatchObject([{ external_id: 'sc-last-5' }])
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
