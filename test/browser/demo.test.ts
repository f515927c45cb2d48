import { describe, expect, inject, it } from 'vitest'
import { findings, LOOKS, look, open } from './browser.ts'
import { arrived } from './requests.ts'

const openDemo = async (look: (typeof LOOKS)[number] = { width: 1280, colorScheme: 'light' }) => {
  const { width, colorScheme } = look
  const opened = await open(`${inject('bridge')}/demo`, { viewport: { width, height: 844 }, colorScheme })
  const designer = opened.page.frameLocator('sign-customiser-embed iframe')
  await designer.getByRole('button', { name: 'Add to cart' }).waitFor()
  return { ...opened, designer }
}

describe('a shopper in the demo', () => {
  it('designs a sign, buys it, and sees it reach Sign Customiser', async () => {
    const { page, designer, complaints } = await openDemo()

    await designer.getByLabel('Your words').fill('Café 24')
    await designer.getByRole('radio', { name: 'Ice blue' }).check()
    await designer.getByRole('radio', { name: 'Large' }).check()
    expect(await designer.locator('#price').textContent()).toBe('$345.00')
    await designer.getByRole('button', { name: 'Add to cart' }).click()

    const item = page.locator('#items li')
    await item.waitFor()
    expect(await item.textContent()).toContain('Custom Neon: CAFE 24')
    await item.getByRole('button', { name: /One more/ }).click()
    await page.getByText('$690.00').waitFor()
    const placed = page.waitForResponse((response) => response.url().endsWith('/demo/orders'))
    await page.getByRole('button', { name: 'Place order' }).click()
    const { external_id } = await (await placed).json()
    // One lost answer takes ten seconds to be looked into.
    await page.getByText('relayed. Sign Customiser has it').waitFor({ timeout: 50_000 })

    expect(await page.locator('#count').textContent()).toBe('0')
    expect(await arrived(external_id)).toMatchObject([
      {
        integration_id: 42,
        currency: 'USD',
        customer: { first_name: 'Ada', email: 'ada@example.com' },
        products: [{ quantity: 2, price: 34_500 }],
      },
    ])
    expect(complaints).toEqual([])
  }, 90_000)

  it('finds the cart as it was left, and can empty it', async () => {
    const { page, designer } = await openDemo()
    await designer.getByRole('button', { name: 'Add to cart' }).click()
    await page.locator('#items li').waitFor()

    await page.reload()
    await page.locator('#items li').waitFor()
    await page.getByRole('button', { name: /One less/ }).click()

    await page.getByText('Nothing in it yet').waitFor()
    expect(await page.getByRole('button', { name: 'Place order' }).isDisabled()).toBe(true)
  })

  it('sees the sign as the designer told it, after a new load as well, and nobody else does', async () => {
    const { page, designer } = await openDemo()
    await designer.getByLabel('Your words').fill('Mine')
    await designer.getByRole('button', { name: 'Add to cart' }).click()
    await page.locator('#items li').waitFor()

    await page.reload()

    const item = page.locator('#items li')
    await item.waitFor()
    expect(await item.textContent()).toContain('Custom Neon: MINE')
    const picture = item.locator('img')
    await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0)
    // Another browser that has the ID in its cart learns nothing of the design.
    const cart = await page.evaluate(() => JSON.parse(localStorage.getItem('demo-cart') ?? '[]'))
    const { page: other } = await openDemo()
    await other.evaluate(
      (id) => localStorage.setItem('demo-cart', JSON.stringify([{ external_id: id, quantity: 1 }])),
      cart[0].external_id,
    )
    await other.reload()
    await other.locator('#items li').waitFor()
    expect(await other.locator('#items li').textContent()).toContain('Your sign')
    expect(await other.locator('#cart').textContent()).not.toMatch(/MINE|\$/)
  })

  it('finds in the cart, as designed, what came after a new load', async () => {
    const { page, designer } = await openDemo()
    await page.route('**/storefront/products/*', (route) => route.abort())
    await designer.getByLabel('Your words').fill('Late')
    await designer.getByRole('button', { name: 'Add to cart' }).click()
    await page.getByText('Putting your sign in the cart').waitFor()
    await page.unroute('**/storefront/products/*')

    await page.reload()

    await page.locator('#items li').waitFor()
    expect(await page.locator('#items li').textContent()).toContain('Custom Neon: LATE')
  })

  it('is shown nothing that a stranger says', async () => {
    const { page: opener } = await open(inject('stranger'))
    const said = {
      type: 'sc:product:created',
      product: { external_id: 'sc-spoofed', title: 'Spoofed', price: 1 },
    }
    const opened = opener.waitForEvent('popup')
    await opener.evaluate(
      (url) => Object.assign(window, { shop: window.open(url) }),
      `${inject('bridge')}/demo`,
    )
    const shop = await opened
    await shop.frameLocator('sign-customiser-embed iframe').getByRole('button').waitFor()
    await opener.evaluate((data) => (window as unknown as { shop: Window }).shop.postMessage(data, '*'), said)
    await shop.evaluate(() =>
      postMessage({ type: 'sc:product:created', product: { external_id: 'sc-spoofed' } }),
    )

    await shop.locator('#items li').waitFor()
    expect(await shop.locator('#items').textContent()).not.toContain('Spoofed')
  })

  it('designs with the keyboard alone', async () => {
    const { page, designer } = await openDemo()

    await designer.getByLabel('Your words').focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('ArrowRight')
    expect(await designer.getByRole('radio', { name: 'Slant' }).isChecked()).toBe(true)
    await designer.getByLabel('Your words').press('Enter')

    await page.locator('#items li').waitFor()
  })
})

describe('the demo', () => {
  it.each(LOOKS)('is fit for everybody at $width, $colorScheme', async (as) => {
    const { page, designer, complaints } = await openDemo(as)
    await designer.getByRole('button', { name: 'Add to cart' }).click()
    await page.locator('#items li').waitFor()
    await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }))
    await designer.getByText('Your design is finished.').waitFor()

    expect(await findings(page)).toEqual([])
    await look(page, `demo-${as.width}-${as.colorScheme}`)
    expect(complaints).toEqual([])
  })

  it.each([360, 390, 768, 1280])(
    'keeps everything in its place when the designer comes, %i wide',
    async (width) => {
      const { page } = await open('about:blank', { viewport: { width, height: 844 } })
      const held = Promise.withResolvers<void>()
      await page.route('**/sign-customiser-embed.js', async (route) => {
        await held.promise
        await route.continue()
      })
      await page.goto(`${inject('bridge')}/demo`, { waitUntil: 'domcontentloaded' })
      await page.locator('sign-customiser-embed').waitFor({ state: 'attached' })
      const top = () => page.locator('#cart').evaluate((cart) => cart.getBoundingClientRect().top)
      const before = await top()
      held.resolve()
      const frame = page.locator('sign-customiser-embed iframe')
      // The designer's frame is as high as its content only once that has said so.
      await expect
        .poll(() => frame.evaluate(({ style }) => style.height), { timeout: 20_000 })
        .not.toBe('640px')

      expect(await top()).toBe(before)
    },
  )

  it.each(LOOKS)('is linked from a front page, at $width, $colorScheme', async ({ width, colorScheme }) => {
    const { page, complaints } = await open(inject('bridge'), {
      viewport: { width, height: 844 },
      colorScheme,
    })

    expect(await page.getByRole('link', { name: 'Demo shop' }).getAttribute('href')).toBe('/demo')
    expect(await findings(page)).toEqual([])
    await look(page, `home-${width}-${colorScheme}`)
    expect(complaints).toEqual([])
  })

  it('is framed by nobody', async () => {
    const { page } = await open(inject('shop'))

    await page.evaluate(
      (src) => {
        const frame = document.createElement('iframe')
        frame.src = src
        document.body.append(frame)
        return new Promise((loaded) => frame.addEventListener('load', loaded))
      },
      `${inject('bridge')}/demo`,
    )

    const framed = page.frames().find((frame) => frame.url().includes('/demo'))
    expect(
      await framed
        ?.locator('h1')
        .count()
        .catch(() => 0),
    ).toBeFalsy()
  })
})
