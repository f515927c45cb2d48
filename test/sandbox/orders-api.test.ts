import { describe, expect, it } from 'vitest'
import { sandbox } from '../../src/sandbox/sandbox.ts'
import request from '../payloads/sign-customiser/api-create-order.request.json'
import response from '../payloads/sign-customiser/api-create-order.response.json'
import { OPTIONS, post, postOrder, received } from './drive.ts'

describe("the sandbox's POST /api/v2/orders", () => {
  it('takes the documented order and answers in the documented shape', async () => {
    const app = sandbox(OPTIONS)

    const answer = await postOrder(app, request)

    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({
      order: {
        ...response.order,
        order_id: expect.any(Number),
        products: [{ external_id: 'your-product-id-123', quantity: 2, price: 2999 }],
      },
    })
    expect(await received(app)).toEqual([request])
  })

  it('takes the least that the guide asks for, with quantity 1', async () => {
    const { integration_id, external_id, external_order_number } = request
    const least = { integration_id, external_id, external_order_number, products: [{ external_id: 'sc-1' }] }

    const answer = await postOrder(sandbox(OPTIONS), least)

    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ order: { products: [{ external_id: 'sc-1', quantity: 1 }] } })
  })

  it('remembers every delivery of an order, so that duplicates can be counted', async () => {
    const app = sandbox(OPTIONS)
    const first = await (await postOrder(app, request)).json<{ order: { order_id: number } }>()
    const second = await (await postOrder(app, request)).json<{ order: { order_id: number } }>()

    expect(second.order.order_id).toBeGreaterThan(first.order.order_id)
    expect(await received(app, `?external_id=${request.external_id}`)).toHaveLength(2)
    expect(await received(app, '?external_id=another')).toEqual([])
  })

  it('refuses an order it has when it is told to', async () => {
    const app = sandbox({ ...OPTIONS, refuseDuplicates: true })
    await postOrder(app, request)

    const answer = await postOrder(app, request)

    expect(answer.status).toBe(422)
    expect(await answer.json()).toEqual({
      message: 'The external id has already been taken.',
      errors: { external_id: ['The external id has already been taken.'] },
    })
    expect(await received(app)).toHaveLength(1)
  })

  it.each([
    ['no token', {}],
    ['another token', { authorization: 'Bearer another' }],
    ['the token without its scheme', { authorization: 'api-token' }],
  ])('answers 401 to %s and remembers nothing', async (_, headers) => {
    const app = sandbox(OPTIONS)

    const answer = await post(app, '/api/v2/orders', request, headers)

    expect(answer.status).toBe(401)
    expect(await answer.json()).toEqual({ message: 'Unauthenticated.' })
    expect(await received(app)).toEqual([])
  })

  it.each<[string, object, Record<string, string>]>([
    [
      'no integration',
      { integration_id: undefined },
      { integration_id: 'The integration id field is required.' },
    ],
    [
      'an integration as text',
      { integration_id: '42' },
      { integration_id: 'The integration id field must be an integer.' },
    ],
    [
      'another integration',
      { integration_id: 7 },
      { integration_id: 'The selected integration id is invalid.' },
    ],
    ['no ID', { external_id: null }, { external_id: 'The external id field is required.' }],
    ['a number as ID', { external_id: 7 }, { external_id: 'The external id field must be a string.' }],
    [
      'a blank number',
      { external_order_number: ' ' },
      { external_order_number: 'The external order number field is required.' },
    ],
    ['no lines', { products: [] }, { products: 'The products field is required.' }],
    [
      'a line without ID',
      { products: [{ external_id: 'a' }, {}] },
      { 'products.1.external_id': 'The products.1.external id field is required.' },
    ],
    [
      'quantity 0',
      { products: [{ external_id: 'a', quantity: 0 }] },
      { 'products.0.quantity': 'The products.0.quantity field must be at least 1.' },
    ],
    [
      'a price with decimals',
      { products: [{ external_id: 'a', price: 29.99 }] },
      { 'products.0.price': 'The products.0.price field must be an integer.' },
    ],
    [
      'an address as text',
      { billing_address: 'here' },
      { billing_address: 'The billing address field must be an array.' },
    ],
  ])('answers 422 to an order with %s and remembers nothing', async (_, flaw, errors) => {
    const app = sandbox(OPTIONS)

    const answer = await postOrder(app, { ...request, ...flaw })

    expect(answer.status).toBe(422)
    const [message] = Object.values(errors)
    expect(await answer.json()).toEqual({
      message,
      errors: Object.fromEntries(Object.entries(errors).map(([field, words]) => [field, [words]])),
    })
    expect(await received(app)).toEqual([])
  })

  it('reads what is no JSON object as no input, and counts the complaints', async () => {
    const answer = await postOrder(sandbox(OPTIONS), 'not json')

    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({
      message: 'The integration id field is required. (and 3 more errors)',
    })
  })
})
