import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fetchBridge, fetchWith, freezeTime, postDesign, startAfresh } from '../bridge.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

const ask = (productId: string, origin = 'https://shop.test') =>
  fetchBridge(`/storefront/products/${productId}`, { headers: { origin } })

describe('GET /storefront/products/{product_id}', () => {
  it('answers with the ID of a design that has arrived, and lets it be kept', async () => {
    await postDesign({ product_id: 77 })

    const response = await ask('77')

    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ external_id: 'sc-77' })
    expect(response.headers.get('cache-control')).toBe('public, max-age=3600')
  })

  it('asks to come back in a second before the design has arrived, then has it', async () => {
    const early = await ask('77')
    await postDesign({ product_id: 77 })

    expect(early.status).toBe(404)
    expect(early.headers.get('retry-after')).toBe('1')
    expect(early.headers.get('cache-control')).toBe('no-store')
    expect(await (await ask('77')).json()).toEqual({ external_id: 'sc-77' })
  })

  it('never asks KV', async () => {
    const get = vi.spyOn(env.CATALOGUE, 'get')
    await postDesign({ product_id: 77 })

    await ask('77')
    await ask('78')

    expect(get).not.toHaveBeenCalled()
  })

  it.each(['https://shop.test', 'https://www.shop.test'])(
    'lets the pages of %s read every answer',
    async (origin) => {
      const response = await ask('77', origin)

      expect(response.headers.get('access-control-allow-origin')).toBe(origin)
      expect(response.headers.get('vary')).toContain('Origin')
    },
  )

  it.each([
    'https://evil.test',
    'https://shop.test.evil.test',
    'http://shop.test',
    'https://shop.test:8443',
    'null',
  ])('lets no page of %s read anything', async (origin) => {
    await postDesign({ product_id: 77 })

    const response = await ask('77', origin)

    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect(response.headers.get('vary')).toContain('Origin')
  })

  it.each(['a%2Fb', '%27', 'x'.repeat(65)])('finds nothing under %s', async (productId) => {
    expect((await ask(productId)).status).toBe(404)
  })

  it('answers 503 and names STORE_ORIGINS when it can not be read', async () => {
    const response = await fetchWith({ STORE_ORIGINS: 'shop.test' }, '/storefront/products/77')

    expect(response.status).toBe(503)
    expect(await response.text()).toContain('STORE_ORIGINS')
  })
})
