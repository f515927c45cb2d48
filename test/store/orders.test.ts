import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  accepted,
  anOrder,
  fetchAsStore,
  fetchBridge,
  freezeTime,
  NOW,
  outsideAnswers,
  postDesign,
  postOrder,
  readOrder,
  SECOND,
  sendAsStore,
  startAfresh,
} from '../bridge.ts'
import { passTo } from '../ledger/inside.ts'
import example from '../payloads/sign-customiser/api-create-order.request.json'
import exampleAnswer from '../payloads/sign-customiser/api-create-order.response.json'

beforeEach(async () => {
  freezeTime()
  await postDesign({ product_id: 1 })
})
afterEach(startAfresh)

const problem = async (response: Response) => {
  const { type, errors } = await response.json<{
    type: string
    errors?: { pointer: string; detail: string }[]
  }>()
  return {
    status: response.status,
    code: type.replace('/problems/', ''),
    pointers: errors?.map(({ pointer }) => pointer),
  }
}

describe('POST /orders', () => {
  it('hands the documented order over with the documented headers and answers 201', async () => {
    await sendAsStore('PUT', '/products/your-product-id-123', {})
    const sent = outsideAnswers(() => Response.json(exampleAnswer))

    const response = await postOrder(example)

    expect(response.status).toBe(201)
    expect(sent).toEqual([
      {
        url: 'https://sign-customiser.test/api/v2/orders',
        headers: {
          authorization: 'Bearer api-token',
          'content-type': 'application/json',
          accept: 'application/json',
        },
        body: example,
      },
    ])
    const at = new Date(NOW).toISOString()
    expect(await response.json()).toEqual({
      external_id: 'order-123456',
      external_order_number: 'SC-1001',
      source: 'store',
      state: 'relayed',
      attempts: 1,
      next_attempt_at: null,
      may_have_arrived: false,
      sign_customiser_order_id: 1,
      last_error: null,
      received_at: at,
      relayed_at: at,
      confirmed_at: null,
      warnings: [],
      history: [{ at, outcome: 'relayed', status: 200, duration_ms: 0, detail: null }],
    })
  })

  it('puts in integration_id and quantity, and passes on what it does not know', async () => {
    const sent = outsideAnswers()

    await postOrder(
      '{"external_id":"a","external_order_number":"2019052707260498","note":{"gift":true},"__proto__":{"x":1},' +
        '"products":[{"external_id":"sc-1","engraving":"hi"}]}',
    )

    expect(JSON.stringify(sent[0]?.body)).toBe(
      '{"integration_id":42,"external_id":"a","external_order_number":"2019052707260498","note":{"gift":true},' +
        '"__proto__":{"x":1},"products":[{"quantity":1,"external_id":"sc-1","engraving":"hi"}]}',
    )
  })

  it('takes the same order once, however it is written', async () => {
    const sent = outsideAnswers()
    expect((await postOrder(anOrder())).status).toBe(201)

    const { products, ...rest } = anOrder()
    const again = await postOrder({ products, integration_id: 42, ...rest })

    expect(again.status).toBe(200)
    expect(await again.json()).toMatchObject({ state: 'relayed', attempts: 1 })
    expect(sent).toHaveLength(1)
  })

  it('takes thirty of the same order at once, once', async () => {
    const sent = outsideAnswers()

    const answers = await Promise.all(Array.from({ length: 30 }, () => postOrder(anOrder())))

    expect(answers.every(({ ok }) => ok)).toBe(true)
    expect(sent).toHaveLength(1)
  })

  it('refuses other content under the same ID and keeps what it has', async () => {
    outsideAnswers()
    await postOrder(anOrder())

    expect(await problem(await postOrder(anOrder('order-1', { currency: 'EUR' })))).toMatchObject({
      status: 409,
      code: 'order-conflict',
    })
    expect(await readOrder()).toMatchObject({ state: 'relayed', attempts: 1 })
  })

  it('names each line whose product it does not know, and stores nothing', async () => {
    const sent = outsideAnswers()
    const lines = ['sc-1', 'sc-404', 'mug'].map((external_id) => ({ external_id }))

    const refused = await problem(await postOrder(anOrder('order-1', { products: lines })))

    expect(refused).toEqual({
      status: 422,
      code: 'unknown-product',
      pointers: ['/products/1/external_id', '/products/2/external_id'],
    })
    expect((await fetchAsStore('/orders/order-1')).status).toBe(404)
    expect(sent).toEqual([])
  })

  it('tells what Sign Customiser said of an order it rejects, and takes the corrected one in its place', async () => {
    const words = '{"message":"The customer.email is invalid.","errors":{"customer.email":["is invalid"]}}'
    outsideAnswers((_, nth) =>
      nth === 1 ? new Response(words, { status: 422 }) : Response.json({ order: { order_id: 9 } }),
    )

    const rejected = await postOrder(anOrder())
    expect(rejected.status).toBe(422)
    expect(await rejected.json()).toMatchObject({
      type: '/problems/rejected',
      upstream: { status: 422, body: words },
      order: { state: 'rejected', last_error: words },
    })
    expect(await problem(await postOrder(anOrder()))).toMatchObject({ status: 422, code: 'rejected' })

    const corrected = await postOrder(anOrder('order-1', { customer: { email: 'a@example.com' } }))
    expect(corrected.status).toBe(201)
    expect(await readOrder()).toMatchObject({
      state: 'relayed',
      sign_customiser_order_id: 9,
      history: [{ outcome: 'rejected' }, { outcome: 'replaced' }, { outcome: 'relayed' }],
    })
  })

  it('sends a corrected one no earlier than Sign Customiser has asked for', async () => {
    const sent = outsideAnswers((_, nth) =>
      nth === 1 ? new Response('', { status: 503, headers: { 'retry-after': '600' } }) : accepted(),
    )
    await postOrder(anOrder())
    expect((await postOrder(anOrder('order-1', { shipping_line: 'express' }))).status).toBe(202)
    expect(sent).toHaveLength(1)

    await passTo(NOW + 599 * SECOND)
    expect(sent).toHaveLength(1)
    await passTo(NOW + 600 * SECOND)
    expect(await readOrder()).toMatchObject({ state: 'relayed' })
    expect(sent[1]?.body).toMatchObject({ shipping_line: 'express' })
  })
})

describe('an order that is refused', () => {
  it.each([
    ['no external_id', { external_id: undefined }, '/external_id'],
    ['a number as external_id', { external_id: 123 }, '/external_id'],
    ['a blank external_id', { external_id: ' ' }, '/external_id'],
    [
      'a number as external_order_number',
      { external_order_number: 2019052707260498 },
      '/external_order_number',
    ],
    ['no products', { products: undefined }, '/products'],
    ['an empty list of products', { products: [] }, '/products'],
    ['a line that is no object', { products: ['sc-1'] }, '/products/0'],
    ['a line without product', { products: [{ external_id: 'sc-1' }, {}] }, '/products/1/external_id'],
    ['a quantity of 0', { products: [{ external_id: 'sc-1', quantity: 0 }] }, '/products/0/quantity'],
    ['a quantity as text', { products: [{ external_id: 'sc-1', quantity: '1' }] }, '/products/0/quantity'],
    ['half a sign', { products: [{ external_id: 'sc-1', quantity: 1.5 }] }, '/products/0/quantity'],
    ['a price in major units', { products: [{ external_id: 'sc-1', price: 29.99 }] }, '/products/0/price'],
    ['a price below 0', { products: [{ external_id: 'sc-1', price: -1 }] }, '/products/0/price'],
    ['a currency in words', { currency: 'dollars' }, '/currency'],
    ['an address in one line', { shipping_address: '123 Main St' }, '/shipping_address'],
    ['no customer but null', { customer: null }, '/customer'],
    ['a list for a customer', { customer: [] }, '/customer'],
    ["another integration's ID", { integration_id: 43 }, '/integration_id'],
  ])('with %s is told where', async (_, wrong, pointer) => {
    const sent = outsideAnswers()

    expect(await problem(await postOrder({ ...anOrder(), ...wrong }))).toEqual({
      status: 422,
      code: 'invalid-payload',
      pointers: [pointer],
    })
    expect(sent).toEqual([])
  })

  it.each([
    ['without a token', 401, 'unauthorized', { headers: { authorization: '' } }],
    ['with another token', 401, 'unauthorized', { headers: { authorization: 'Bearer token-of-the-storf' } }],
    [
      'with the token as a password',
      401,
      'unauthorized',
      { headers: { authorization: 'Basic token-of-the-store' } },
    ],
    [
      'as a form',
      415,
      'unsupported-media-type',
      { headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ],
    ['that is too large', 413, 'body-too-large', { body: ' '.repeat(1_048_577) }],
    ['that is not JSON', 400, 'malformed-json', { body: '{' }],
    ['that is a list', 422, 'invalid-payload', { body: '[]' }],
  ])(
    '%s gets %i %s',
    async (_, status, code, { headers = {}, body = '{}' }: { headers?: object; body?: string }) => {
      const response = await fetchAsStore('/orders', {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
      })

      expect(await problem(response)).toMatchObject({ status, code })
    },
  )

  it('is told its fault in the order that costs least and tells least', async () => {
    const unauthorised = await fetchBridge('/orders', { method: 'POST', body: '{' })
    expect(unauthorised.status).toBe(401)
    expect(unauthorised.headers.get('www-authenticate')).toBe('Bearer')
  })
})

describe('GET /orders', () => {
  const page = async (query: string) => {
    const response = await fetchAsStore(`/orders?${query}`)
    const body = await response.json<{ orders: { external_id: string }[]; next_cursor: string | null }>()
    return { ids: body.orders.map(({ external_id }) => external_id), next: body.next_cursor }
  }

  it('lists newest first, page by page, without history', async () => {
    outsideAnswers()
    for (const id of ['a', 'b', 'c']) await postOrder(anOrder(id))

    const first = await page('limit=2')
    expect(first.ids).toEqual(['c', 'b'])
    expect(await page(`limit=2&cursor=${first.next}`)).toEqual({ ids: ['a'], next: null })
    const { orders } = await (await fetchAsStore('/orders')).json<{ orders: object[] }>()
    expect(orders[0]).not.toHaveProperty('history')
  })

  it('finds by state and by the beginning of order ID, order number or product ID', async () => {
    outsideAnswers(({ body }) =>
      (body as { external_id: string }).external_id === 'x-1'
        ? new Response('{}', { status: 422 })
        : Response.json({}),
    )
    await postDesign({ product_id: 'zebra' })
    await postOrder(anOrder('x-1'))
    await postOrder(anOrder('x-2', { external_order_number: 'N-77' }))
    await postOrder(anOrder('y-1', { products: [{ external_id: 'sc-zebra' }] }))

    expect((await page('state=rejected')).ids).toEqual(['x-1'])
    expect((await page('state=relayed')).ids).toEqual(['y-1', 'x-2'])
    expect((await page('q=x-')).ids).toEqual(['x-2', 'x-1'])
    expect((await page('q=N-7')).ids).toEqual(['x-2'])
    expect((await page('q=sc-z')).ids).toEqual(['y-1'])
    expect((await page('q=%25')).ids).toEqual([])
    expect((await page('q=x-&state=relayed')).ids).toEqual(['x-2'])
  })

  it.each(['limit=0', 'limit=201', 'limit=ten', 'cursor=x', 'state=lost', `q=${'x'.repeat(256)}`])(
    'refuses %s by name',
    async (query) => {
      const refused = await problem(await fetchAsStore(`/orders?${query}`))

      expect(refused).toEqual({ status: 422, code: 'invalid-query', pointers: [`/${query.split('=')[0]}`] })
    },
  )

  it('reads an order whose ID needs escaping', async () => {
    outsideAnswers()
    await postOrder(anOrder('a/b ü?#'))

    expect(await readOrder(encodeURIComponent('a/b ü?#'))).toMatchObject({
      external_id: 'a/b ü?#',
      state: 'relayed',
    })
  })
})
