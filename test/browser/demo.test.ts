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
