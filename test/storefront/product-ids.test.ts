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

  it('asks the ledger once for what it has answered', async () => {
    await postDesign({ product_id: 'kept' })
    await ask('kept')
    const asked = vi.spyOn(env.LEDGER, 'getByName')
    const limit = vi.spyOn(env.LOOKUPS, 'limit')

    const again = await ask('kept', 'https://www.shop.test')
    expect(await again.json()).toEqual({ external_id: 'sc-kept' })
    expect(again.headers.get('access-control-allow-origin')).toBe('https://www.shop.test')
    expect(again.headers.get('x-request-id')).not.toBeNull()
    expect(asked).not.toHaveBeenCalled()
    expect(limit).not.toHaveBeenCalled()
  })

  it('does not ask the ledger for an address that has asked 120 times in a minute', async () => {
    const headers = { origin: 'https://shop.test', 'cf-connecting-ip': '192.0.2.9' }
    const guess = () => fetchBridge('/storefront/products/none', { headers })
    let found = 0
    let response = await guess()
    // The limiter's minutes are the real clock's: the questions may fall into two of them.
    while (response.status === 404 && found < 400) {
      found += 1
      response = await guess()
    }
    const asked = vi.spyOn(env.LEDGER, 'getByName')

    expect(response.status).toBe(429)
    expect(found).toBeGreaterThanOrEqual(120)
    expect(response.headers.get('access-control-allow-origin')).toBe('https://shop.test')
    vi.spyOn(env.LOOKUPS, 'limit').mockResolvedValue({ success: false })
    expect((await guess()).status).toBe(429)
    expect(asked).not.toHaveBeenCalled()
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
