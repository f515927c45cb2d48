import type { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freezeTime, NOW, startAfresh } from '../bridge.ts'
import order from '../payloads/sign-customiser/api-create-order.request.json'
import form from '../payloads/sign-customiser/form-submitted.json'
import created from '../payloads/sign-customiser/order-created.json'
import { designIn, failNext, fetchFromOutside, post, postOrder, release, withEvents } from './drive.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

type Event = {
  topic: string
  body: { order: Record<string, unknown>; form_submission: object }
  answers: number[]
}
const events = async (app: Hono) =>
  (await (await app.request('/sandbox/events')).json<{ events: Event[] }>()).events

describe("the sandbox's webhook subscriptions", () => {
  it('tell of an order with the fields that the vendor documents', async () => {
    const app = await withEvents()
    fetchFromOutside(app)
    const external_id = await designIn(app, { product_id: 1 })
    await postOrder(app, { ...order, products: [{ external_id, quantity: 2, price: 2999 }] })

    const [event] = await events(app)
    expect(event?.topic).toBe('order:created')
    expect(Object.keys(event?.body.order ?? {}).sort()).toEqual(Object.keys(created.order).sort())
    expect(event?.body.order).toMatchObject({
      external_id: order.external_id,
      external_order_number: order.external_order_number,
      order_total: 5998,
      shipping_address: { state: order.shipping_address.province },
      products: [{ product_id: 1 }],
    })
  })

  it('tell of an order whose answer was dropped, and not of one that never arrived', async () => {
    const app = await withEvents()
    await failNext(app, { kind: 'drop', recorded: true })
    await failNext(app, { kind: 'drop' })
    for (let n = 0; n < 2; n++) await postOrder(app, order).catch(() => {})

    expect(await events(app)).toHaveLength(1)
  })

  it('tell of a form with the fields that the vendor documents', async () => {
    const app = await withEvents()
    await post(app, '/sandbox/forms', { form_submission: { submission_number: 5 } })

    const [event] = await events(app)
    expect(event).toMatchObject({
      topic: 'form:submitted',
      body: { form_submission: { submission_number: 5 } },
    })
    expect(Object.keys(event?.body.form_submission ?? {})).toEqual(Object.keys(form.form_submission))
  })

  it('send at once what is not held, and note the answers', async () => {
    const app = await withEvents()
    fetchFromOutside(app)
    await release(app)
    await post(app, '/sandbox/forms', {})

    await expect.poll(async () => (await events(app))[0]?.answers).toEqual([200])
  })

  it('send what was held as often and in the sequence that is asked for', async () => {
    const app = await withEvents()
    fetchFromOutside(app)
    for (const submission_number of [1, 2])
      await post(app, '/sandbox/forms', { form_submission: { submission_number } })

    expect(await release(app, { sequence: 'reversed', times: 2 })).toEqual([200, 200, 200, 200])
    expect(await release(app)).toHaveLength(4)
  })

  it.each([
    ['/sandbox/events/release', { times: 0 }, 'times'],
    ['/sandbox/events/release', { sequence: 'random' }, 'sequence'],
    ['/sandbox/forms', { form_submission: [] }, 'form_submission'],
  ])('refuse at %s what can not be done: %j', async (path, body, field) => {
    const response = await post(await withEvents(), path, body)
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ errors: { [field]: [expect.any(String)] } })
  })
})

it('signs as of the moment of sending', async () => {
  const app = await withEvents({ now: () => NOW - 3_600_000 })
  fetchFromOutside(app)
  await post(app, '/sandbox/forms', {})
  expect(await release(app)).toEqual([401])
})
