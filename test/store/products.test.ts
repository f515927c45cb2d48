import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  armed,
  fetchAsStore,
  fetchBridge,
  freezeTime,
  MINUTE,
  outsideAnswers,
  passTime,
  postDesign,
  postOrder,
  runAlarm,
  SECOND,
  sendAsStore,
  startAfresh,
} from '../bridge.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

const read = async (id: string) => (await fetchAsStore(`/products/${id}`)).json()
const list = async (query = '') => {
  const response = await fetchAsStore(`/products?${query}`)
  const { products, next_cursor } = await response.json<{
    products: { external_id: string }[]
    next_cursor: string
  }>()
  return { ids: products.map(({ external_id }) => external_id), next_cursor }
}

describe('PUT /products/{external_id}', () => {
  it('makes a foreign ID known, so that its orders are taken', async () => {
    outsideAnswers()
    const order = { external_id: 'a', external_order_number: '1', products: [{ external_id: 'old/7' }] }
    expect((await postOrder(order)).status).toBe(422)

    const imported = await sendAsStore('PUT', '/products/old%2F7', {
      title: 'Open',
      price: 4200,
      note: 'kept',
    })

    expect(imported.status).toBe(201)
    expect(await read('old%2F7')).toMatchObject({
      external_id: 'old/7',
      source: 'import',
      title: 'Open',
      price: 4200,
      currency: 'USD',
      product: { note: 'kept' },
    })
    expect((await postOrder(order)).status).toBe(201)
  })

  it('may be repeated and corrected', async () => {
    expect((await sendAsStore('PUT', '/products/x', { price: 1 })).status).toBe(201)
    expect((await sendAsStore('PUT', '/products/x', { price: 1 })).status).toBe(200)
    expect((await sendAsStore('PUT', '/products/x', { price: 2 })).status).toBe(200)
    passTime(MINUTE)
    await runAlarm()

    expect(await read('x')).toMatchObject({ price: 2 })
    expect((await list()).ids).toEqual(['x'])
  })

  it('does not touch what Sign Customiser signed', async () => {
    await postDesign({ product_id: 1, price: 100 })

    const refused = await sendAsStore('PUT', '/products/sc-1', { price: 1 })

    expect(refused.status).toBe(409)
    expect(await refused.json()).toMatchObject({ type: '/problems/product-conflict' })
    expect(await read('sc-1')).toMatchObject({ price: 100 })
  })

  it.each([
    ['a price in major units', { price: 29.99 }, '/price'],
    ['a title that is a number', { title: 7 }, '/title'],
    ['a currency in words', { currency: 'dollars' }, '/currency'],
    ['a list', [], ''],
  ])('refuses %s and says where', async (_, body, pointer) => {
    const refused = await sendAsStore('PUT', '/products/x', body)

    expect(refused.status).toBe(422)
    expect(await refused.json()).toMatchObject({ type: '/problems/invalid-payload', errors: [{ pointer }] })
    expect((await list()).ids).toEqual([])
  })
})

describe('GET /products/{external_id}', () => {
  it('is for the store alone', async () => {
    expect((await fetchBridge('/products/sc-1')).status).toBe(401)
    expect((await fetchBridge('/products')).status).toBe(401)
  })

  it('says when there is none', async () => {
    const response = await fetchAsStore('/products/sc-404')

    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ type: '/problems/not-found' })
  })

  it('heals KV from the ledger', async () => {
    await postDesign({ product_id: 1, price: 100 })
    await env.CATALOGUE.delete('product:sc-1')
    passTime(10 * MINUTE)

    for (let n = 0; n < 3; n++) {
      expect(await read('sc-1')).toMatchObject({ price: 100 })
      passTime(30 * SECOND)
    }
    await armed()
    await runAlarm()

    expect(await env.CATALOGUE.get('product:sc-1', 'json')).toMatchObject({ price: 100 })
  })
})

describe('GET /products', () => {
  it('lists newest first, page by page, and finds by the beginning of either ID', async () => {
    for (const id of [7, 71, 8]) await postDesign({ product_id: id })
    const first = await list('limit=2')

    expect(first.ids).toEqual(['sc-8', 'sc-71'])
    expect((await list(`limit=2&cursor=${first.next_cursor}`)).ids).toEqual(['sc-7'])
    expect((await list('q=7')).ids).toEqual(['sc-71', 'sc-7'])
    expect((await list('q=sc-8')).ids).toEqual(['sc-8'])
  })
})
