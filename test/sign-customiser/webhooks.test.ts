import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  changeSettings,
  fetchAsStore,
  freezeTime,
  NOW,
  postDesign,
  postEvent,
  postSigned,
  SECOND,
  startAfresh,
} from '../bridge.ts'
import form from '../payloads/sign-customiser/form-submitted.json'
import order from '../payloads/sign-customiser/order-created.json'
import product from '../payloads/sign-customiser/product-created.json'

beforeEach(freezeTime)
afterEach(startAfresh)

type Event = { topic: string; content_id: string | null; repeats: number }
const recorded = async () => (await (await fetchAsStore('/events')).json<{ events: Event[] }>()).events
const told = async () =>
  (await recorded()).map(({ topic, content_id, repeats }) => ({ topic, content_id, repeats }))

describe('POST /sign-customiser/webhooks', () => {
  it.each([
    ['product:created', '1', product],
    ['form:submitted', '1234', form],
  ])('answers the documented %s and records it whole', async (topic, content_id, payload) => {
    const response = await postEvent(payload)

    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ ok: true })
    expect(await recorded()).toEqual([
      {
        id: '1',
        topic,
        source: 'sign-customiser',
        content_id,
        repeats: 0,
        received_at: new Date(NOW).toISOString(),
        payload,
      },
    ])
  })

  it.each([
    ['an unknown key', { order_update: { order_id: 1 } }, '', { topic: 'order_update', content_id: null }],
    [
      "the URL's topic",
      { order: { order_id: 1 } },
      '?topic=order:updated',
      { topic: 'order:updated', content_id: '1' },
    ],
    [
      "a topic in the URL that is another key's",
      { order: { order_id: 1 } },
      '?topic=form:submitted',
      { topic: 'order:created', content_id: '1' },
    ],
    [
      'a topic in the URL that nobody has',
      { order: { order_id: 1 } },
      '?topic=made:up',
      { topic: 'order:created', content_id: '1' },
    ],
    [
      'an unknown key and a topic in the URL',
      { order_update: { order_id: 1 } },
      '?topic=order:created',
      { topic: 'order_update', content_id: null },
    ],
    [
      'no topic in the URL but a blank',
      { order: {} },
      '?topic=%20',
      { topic: 'order:created', content_id: null },
    ],
    [
      'a known key beside others',
      { meta: 1, order: { order_id: 'A-9' } },
      '',
      { topic: 'order:created', content_id: 'A-9' },
    ],
    ['no ID', { order: {} }, '', { topic: 'order:created', content_id: null }],
    ['a key that is no name', { 'a b': 1 }, '', { topic: 'unknown', content_id: null }],
  ])('records an event with %s as it came', async (_, payload, query, event) => {
    expect((await postEvent(payload, { query })).status).toBe(200)
    expect(await recorded()).toMatchObject([{ ...event, payload }])
  })

  it('is not made to record an event again, nor to count another topic, by what nobody signed', async () => {
    for (const topic of ['order:updated', 'order:created', 'a:b', 'c:d'])
      await postEvent(order, { query: `?topic=${topic}` })

    expect(await told()).toEqual([{ topic: 'order:updated', content_id: '1', repeats: 3 }])
    const metrics = await (await fetchAsStore('/metrics')).text()
    expect(metrics.match(/^bridge_events_total\{/gm)).toHaveLength(1)
  })

  it('counts what comes again, even signed anew, and takes another body for another event', async () => {
    await postEvent(order)
    await postEvent(order, { age: 200 })
    await postEvent({ order: { ...order.order, currency: 'EUR' } })

    expect(await told()).toEqual([
      { topic: 'order:created', content_id: '1', repeats: 0 },
      { topic: 'order:created', content_id: '1', repeats: 1 },
    ])
  })

  it.each([
    ['no object', '[]', 422, 'invalid-payload'],
    ['nothing in it', '{}', 422, 'invalid-payload'],
    ['no JSON', '{"order":', 400, 'malformed-json'],
  ])('refuses a body with %s and records nothing', async (_, body, status, code) => {
    const response = await postSigned('/sign-customiser/webhooks', body, { secret: 'webhook-secret' })

    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ type: `/problems/${code}` })
    expect(await recorded()).toEqual([])
  })

  it('takes any of several secrets, but not the one of the product callback, nor the other way round', async () => {
    await changeSettings({ SIGN_CUSTOMISER_WEBHOOK_SECRET: 'orders-secret forms-secret' })

    expect((await postEvent(order, { secret: 'orders-secret' })).status).toBe(200)
    expect((await postEvent(form, { secret: 'forms-secret' })).status).toBe(200)
    expect((await postEvent(order, { secret: 'integration-secret' })).status).toBe(401)
    expect((await postDesign({ product_id: 1 }, { secret: 'orders-secret' })).status).toBe(401)
  })

  it.each([
    ['six minutes old', { age: 360 }, 'timestamp-too-old'],
    ['changed after it was signed', { sentBody: '{"order":{}}' }, 'signature-mismatch'],
    ['without a signature', { signature: '' }, 'missing-signature'],
  ])('refuses an event that is %s', async (_, flaw, code) => {
    const response = await postEvent(order, flaw)

    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ type: `/problems/${code}` })
    expect(await recorded()).toEqual([])
  })

  it('names the secret that is not set', async () => {
    await changeSettings({ SIGN_CUSTOMISER_WEBHOOK_SECRET: '' })

    const response = await postEvent(order)
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ detail: 'SIGN_CUSTOMISER_WEBHOOK_SECRET is not set.' })
  })
})

describe('product:created', () => {
  const readProduct = async () => (await fetchAsStore('/products/sc-1')).json()

  it('heals the catalogue of a design that the callback never brought, and says so', async () => {
    await postEvent(product)
    expect(await readProduct()).toMatchObject({
      external_id: 'sc-1',
      source: 'event',
      title: product.product.title,
      price: 10_000,
      product: product.product,
    })
  })

  it('leaves a design alone that the callback brought', async () => {
    await postDesign({ product_id: 1, title: 'From the callback' })
    await postEvent(product)
    expect(await readProduct()).toMatchObject({ source: 'callback', title: 'From the callback' })
  })

  it('gives way to a callback that comes late', async () => {
    await postEvent(product)
    await postDesign({ product_id: 1, title: 'From the callback' }, { timestamp: `${NOW / SECOND}` })
    expect(await readProduct()).toMatchObject({ source: 'callback', title: 'From the callback' })
  })

  it('is only recorded where the store makes the products', async () => {
    await changeSettings({ STORE: 'shopline' })
    expect((await postEvent(product)).status).toBe(200)
    expect(await (await fetchAsStore('/products')).json()).toMatchObject({ products: [] })
  })

  it('without an ID is only recorded, since no order could name it', async () => {
    expect((await postEvent({ product: { title: 'x' } })).status).toBe(200)
    expect(await (await fetchAsStore('/products')).json()).toMatchObject({ products: [] })
    expect(await told()).toHaveLength(1)
  })
})
