import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fetchAsStore, freezeTime, postDesign, postSigned, startAfresh } from '../bridge.ts'
import payload from '../payloads/sign-customiser/product-created.json'

beforeEach(freezeTime)
afterEach(startAfresh)

const stored = async () => (await env.CATALOGUE.list()).keys.map(({ name }) => name)
const listed = async () => (await fetchAsStore('/products')).json<{ products: { external_id: string }[] }>()

describe('POST /sign-customiser/products', () => {
  it('answers the documented payload with an ID under which the design is found', async () => {
    const response = await postDesign(payload.product)

    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ external_id: 'sc-1' })
    expect(await env.CATALOGUE.get('product:sc-1', 'json')).toMatchObject({
      external_id: 'sc-1',
      title: 'Custom Neon: Hello World',
      price: 10000,
      currency: 'USD',
      image: payload.product.product_image_url,
      created_at: '2024-01-01T00:00:00.000000Z',
      product: payload.product,
    })
  })

  it('gives thirty callbacks at once one ID and one product', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => postDesign(payload.product)))

    const ids = await Promise.all(answers.map((answer) => answer.json()))
    expect(new Set(ids.map((id) => JSON.stringify(id)))).toEqual(new Set(['{"external_id":"sc-1"}']))
    expect((await listed()).products).toHaveLength(1)
    expect(await stored()).toEqual(['product:sc-1'])
  })

  it.each([
    ['a number', { product_id: 77 }, 'sc-77'],
    ['text', { product_id: 'Ab_9-x' }, 'sc-Ab_9-x'],
    ['the largest safe integer', { product_id: 9007199254740991 }, 'sc-9007199254740991'],
  ])('makes the ID of a product_id that is %s', async (_, product, id) => {
    expect(await (await postDesign(product)).json()).toEqual({ external_id: id })
  })

  it.each([
    ['missing', '{"product":{}}'],
    ['null', '{"product":{"product_id":null}}'],
    ['zero', '{"product":{"product_id":0}}'],
    ['too large to be exact', '{"product":{"product_id":12345678901234567890}}'],
    ['text with a slash', '{"product":{"product_id":"a/b"}}'],
    ['a list', '{"product":{"product_id":[1]}}'],
  ])('makes the ID of the body when product_id is %s', async (_, body) => {
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body))
    const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')

    const response = await postSigned('/sign-customiser/products', body)

    expect(await response.json()).toEqual({ external_id: `sc-${hex.slice(0, 20)}` })
  })
})
