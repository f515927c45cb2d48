import { afterEach, beforeEach, expect, it } from 'vitest'
import { sandbox } from '../../src/sandbox/sandbox.ts'
import { fetchAsStore, freezeTime, postOrder, readOrder, startAfresh } from '../bridge.ts'
import order from '../payloads/sign-customiser/api-create-order.request.json'
import { designIn, fetchFromOutside, OPTIONS, received } from '../sandbox/drive.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

it('takes a design from the designer to the store and its order to Sign Customiser, once', async () => {
  const app = sandbox(OPTIONS)
  fetchFromOutside(app)

  const productId = await designIn(app, { title: 'Custom Neon: Open', price: 25_900 })

  const product = await (await fetchAsStore(`/products/${productId}`)).json<{ price: number }>()
  expect(product).toMatchObject({ title: 'Custom Neon: Open', price: 25_900, currency: 'USD' })

  const { integration_id: _, ...sold } = {
    ...order,
    external_order_number: '2145784937183724',
    note: 'unknown fields are passed on',
    products: [{ external_id: productId, quantity: 2, price: product.price }],
  }
  const answer = await postOrder(sold)

  expect(answer.status).toBe(201)
  expect(await answer.json()).toMatchObject({ external_id: order.external_id, state: 'relayed', attempts: 1 })
  expect(await received(app)).toEqual([{ integration_id: 42, ...sold }])
  expect(await readOrder(order.external_id)).toMatchObject({
    state: 'relayed',
    sign_customiser_order_id: expect.any(Number),
    history: [{ outcome: 'relayed', status: 200 }],
  })
})
