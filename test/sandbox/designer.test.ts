import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GLYPHS } from '../../src/sandbox/designer/glyphs.ts'
import { bendable } from '../../src/sandbox/designer/sign.ts'
import { sandbox } from '../../src/sandbox/sandbox.ts'
import { freezeTime, startAfresh } from '../bridge.ts'
import { fetchFromOutside, OPTIONS, post } from './drive.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

const SIGN = { text: 'Café 24', font: 'Tube', colour: 'Ice blue', size: 'Large' }

describe("the sandbox's designer", () => {
  it('makes a design that the bridge takes: priced by its letters, pictured from its words', async () => {
    const app = sandbox(OPTIONS)
    fetchFromOutside(app)

    const response = await post(app, '/designer/designs', SIGN)

    const { product } = await response.json<{ product: Record<string, unknown> }>()
    expect(product).toMatchObject({
      title: 'Custom Neon: CAFE 24',
      price: 21_900 + 6 * 2_100,
      external_id: null,
    })
    expect(await env.CATALOGUE.get(`product:sc-${product.product_id}`, 'json')).toMatchObject({
      title: 'Custom Neon: CAFE 24',
      price: 34_500,
    })
    const picture = await app.request(`${product.product_image_url}`)
    expect(picture.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8')
    expect(await picture.text()).toContain(GLYPHS.C?.[1])
  })

  it('says so when the bridge does not take it', async () => {
    const app = sandbox({ ...OPTIONS, integrationSecret: 'another' })
    fetchFromOutside(app)

    expect((await post(app, '/designer/designs', SIGN)).status).toBe(502)
  })

  it.each([
    ['no words', { ...SIGN, text: '   ' }],
    ['words without a letter', { ...SIGN, text: '漢字' }],
    ['too many words', { ...SIGN, text: 'x'.repeat(19) }],
    ['a colour that is not offered', { ...SIGN, colour: '#000"/><script>' }],
    ['a font that is not offered', { ...SIGN, font: 'Comic' }],
  ])('bends nothing of %s', async (_, sign) => {
    const app = sandbox(OPTIONS)

    expect((await post(app, '/designer/designs', sign)).status).toBe(422)
    expect((await app.request(`/designer/picture.svg?${new URLSearchParams(sign)}`)).status).toBe(422)
  })

  it('puts nothing into a picture but the paths of its letters', async () => {
    const query = new URLSearchParams({ ...SIGN, text: '<script>"&' })

    const picture = await (await sandbox(OPTIONS).request(`/designer/picture.svg?${query}`)).text()

    expect(picture).not.toMatch(/<script|"&/)
  })

  it.each([
    ['Ünïcödé', 'UNICODE'],
    ['a  b', 'A B'],
    ['I ♥ you!', 'I ♥ YOU!'],
    ['<b>', 'B'],
  ])('bends %s as %s', (text, bent) => {
    expect(bendable(text)).toBe(bent)
  })
})
