import { beforeAll, describe, expect, inject, it } from 'vitest'
import { findings, LOOKS, look, openConsole } from './browser.ts'
import { arrived, makeDesign, orderFailure, placeOrder } from './requests.ts'

const HOSTILE = '<script>window.hit = 1</script><img src=x onerror="window.hit = 1">"\'&'

const order = (external_id: string, product: string, more = {}) => ({
  external_id,
  external_order_number: `#${external_id}`,
  customer: { first_name: 'Ada', last_name: 'Lovelace', email: 'ada@example.com' },
  shipping_address: { first_name: 'Ada', address_1: '12 Lamp Street', city: 'London', country: 'GB' },
  products: [{ external_id: product, quantity: 2, price: 12_900 }],
  ...more,
})

const PAGES = {
  overview: '',
  orders: '/orders',
  rejected: '/orders?state=rejected',
  order: '/orders/console-rejected',
  waiting: '/orders/console-waiting',
  products: '/products',
  events: '/events',
  nothing: '/orders/there-is-no-such-order',
}

beforeAll(async () => {
  const picture = `${inject('sandbox')}/designer/picture.svg?text=Open+late&font=Slant&colour=Yellow&size=Large`
  const product = await makeDesign({ title: HOSTILE, price: 12_900, product_image_url: picture })
  await makeDesign({ title: 'Coffee', price: 24_850, currency: 'JPY', product_image_url: picture })
  for (const n of [1, 2, 3]) await placeOrder(order(`console-${n}`, product))
  await orderFailure({ kind: 'status', status: 400 })
  await placeOrder(order('console-rejected', product))
  await orderFailure({ kind: 'status', status: 400 })
  await placeOrder(
    order('console-hostile', product, { external_order_number: HOSTILE, customer: { first_name: HOSTILE } }),
  )
  await orderFailure({ kind: 'status', status: 503 })
  await placeOrder(order('console-waiting', product))
})

describe('the console without JavaScript', () => {
  it('leads from the overview to a refused order, and retries it', async () => {
    const { page } = await openConsole('')

    await page.getByRole('link', { name: 'Rejected' }).click()
    await page.getByRole('link', { name: '#console-rejected' }).click()
    await page.getByText('400: Sign Customiser refused it.').waitFor()
    await page.getByRole('button', { name: 'Retry now' }).click()

    await page.getByText('Sign Customiser has it as order').waitFor()
    await page.getByText('The order was tried again.').waitFor()
    expect(await arrived('console-rejected')).toHaveLength(1)
    await orderFailure({ kind: 'status', status: 400 })
  })

  it('finds an order by the beginning of its number', async () => {
    const { page } = await openConsole('/orders')

    await page.getByRole('searchbox').fill('#console-2')
    await page.getByRole('button', { name: 'Show' }).click()

    expect(await page.locator('tbody tr').count()).toBe(1)
  })

  it('does nothing for a page of another site, though the browser sends the password', async () => {
    const { page } = await openConsole('')
    const action = `${inject('bridge')}/console/orders/console-hostile/retry`
    await page.goto(`${inject('shop')}/form?action=${encodeURIComponent(action)}`)

    const answer = page.waitForResponse(action)
    await page.getByRole('button', { name: 'Win' }).click()

    expect((await answer).status()).toBe(403)
    expect(await arrived('console-hostile')).toEqual([])
  })
})

describe('the console in a browser that runs scripts', () => {
  it.each(Object.values(PAGES))('runs none that came from outside: /console%s', async (path) => {
    const { page, complaints } = await openConsole(path, { javaScriptEnabled: true })

    expect(await page.evaluate('window.hit')).toBeUndefined()
    expect(await page.locator('script').count()).toBe(0)
    // A picture of another host can't be loaded here, and a page for nothing is a 404: neither is a complaint of the policy.
    expect(complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([])
  })

  describe.each(LOOKS)('at $width, $colorScheme', ({ width, colorScheme }) => {
    it.each(Object.entries(PAGES))('has a page for %s that is fit for everybody', async (name, path) => {
      const { page } = await openConsole(path, {
        javaScriptEnabled: true,
        viewport: { width, height: 844 },
        colorScheme,
      })

      expect(await findings(page)).toEqual([])
      await look(page, `console-${name}-${width}-${colorScheme}`)
    })
  })
})
