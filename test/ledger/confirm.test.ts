import { runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  accepted,
  alarmAt,
  anOrder,
  changeSettings,
  fetchAsStore,
  freezeTime,
  HOUR,
  ledger,
  MINUTE,
  NOW,
  outsideAnswers,
  passTime,
  postDesign,
  postEvent,
  postOrder,
  readOrder,
  runAlarm,
  SECOND,
  sendAsStore,
  startAfresh,
} from '../bridge.ts'

beforeEach(async () => {
  freezeTime()
  await postDesign({ product_id: 1 })
  await postDesign({ product_id: 2 })
})
afterEach(startAfresh)

const lost = () => new Response('', { status: 504 })

/** What Sign Customiser sends of an order that it has taken; `sc-1` is its product 1. */
const created = (more: Record<string, unknown> = {}, id = 'order-1') => ({
  order: {
    order_id: 77,
    order_number: 4,
    external_id: id,
    external_order_number: `#${id}`,
    products: [{ product_id: 1 }],
    ...more,
  },
})

describe('order:created', () => {
  it('settles an order whose answer was lost, and nothing is sent again', async () => {
    const sent = outsideAnswers(lost)
    await postOrder(anOrder())
    expect(await readOrder()).toMatchObject({ state: 'unconfirmed' })

    passTime(60 * SECOND)
    await postEvent(created())

    expect(await readOrder()).toMatchObject({
      state: 'relayed',
      relayed_at: new Date(NOW + 60 * SECOND).toISOString(),
      sign_customiser_order_id: 77,
      next_attempt_at: null,
      last_error: null,
      history: [{ outcome: 'unconfirmed' }, { outcome: 'confirmed' }],
    })
    passTime(HOUR)
    await runAlarm()
    expect(sent).toHaveLength(1)
    expect(await alarmAt()).toBeNull()
  })

  it.each([
    ['failed', 73 * HOUR],
    ['queued', 0],
  ])('settles an order that is %s after an answer was lost', async (state, later) => {
    outsideAnswers((_, nth) => (nth === 1 ? lost() : new Response('', { status: 503 })))
    await postOrder(anOrder())
    passTime(later)
    if (state === 'queued') await fetchAsStore('/orders/order-1/retry', { method: 'POST' })
    else await runAlarm()
    expect(await readOrder()).toMatchObject({ state })

    await postEvent(created())
    expect(await readOrder()).toMatchObject({ state: 'relayed', sign_customiser_order_id: 77 })
  })

  it('settles an order that was rejected after an answer was lost', async () => {
    outsideAnswers((_, nth) => (nth === 1 ? lost() : new Response('', { status: 422 })))
    await postOrder(anOrder())
    await fetchAsStore('/orders/order-1/retry', { method: 'POST' })
    expect(await readOrder()).toMatchObject({ state: 'rejected' })

    await postEvent(created())
    expect(await readOrder()).toMatchObject({ state: 'relayed' })
  })

  it.each([
    ['a lost answer', lost],
    ['a refusal', () => new Response('', { status: 422 })],
    ['an answer with another ID', accepted],
  ])('settles an order that is being sent, and %s that comes later moves it nowhere', async (_, answer) => {
    let answerNow = () => {}
    const answered = new Promise<void>((resolve) => {
      answerNow = resolve
    })
    const sent = outsideAnswers(async () => {
      await answered
      return answer()
    })
    const order = postOrder(anOrder())
    while (sent.length === 0) await readOrder()
    expect(await readOrder()).toMatchObject({
      state: 'sending',
      attempts: 1,
      history: [{ outcome: 'sending' }],
    })

    await postEvent(created())
    answerNow()
    await order

    const settled = await readOrder()
    expect(settled).toMatchObject({ state: 'relayed', sign_customiser_order_id: 77, next_attempt_at: null })
    expect(settled.history.map(({ outcome }) => outcome)).toContain('confirmed')
    expect(settled.history).toHaveLength(2)
    passTime(73 * HOUR)
    await runAlarm()
    expect(await readOrder()).toEqual(settled)
  })

  it('marks a relayed order as confirmed, once, and fills in the ID that the answer lacked', async () => {
    outsideAnswers(() => Response.json({}))
    await postOrder(anOrder())
    expect(await readOrder()).toMatchObject({ state: 'relayed', sign_customiser_order_id: null })

    await postEvent(created())
    await postEvent(created({ currency: 'USD' }))

    expect(await readOrder()).toMatchObject({ state: 'relayed', sign_customiser_order_id: 77 })
    expect((await readOrder()).history.map(({ outcome }) => outcome)).toEqual(['relayed', 'confirmed'])
  })

  it.each([
    ['another number', created({ external_order_number: '#1' })],
    ['another ID', created({}, 'order-2')],
    ['none of its products', created({ products: [{ product_id: 2 }] })],
    ['a product that is unknown', created({ products: [{ product_id: 99 }] })],
    ['no ID of a store', created({ external_id: null })],
    ['nothing in it', { order: null }],
  ])('of an order with %s settles nothing', async (_, event) => {
    outsideAnswers(lost)
    await postOrder(anOrder())

    expect((await postEvent(event)).status).toBe(200)
    expect(await readOrder()).toMatchObject({ state: 'unconfirmed' })
  })

  it.each([
    ['its product among others', { products: [{ product_id: 99 }, { product_id: '1' }] }],
    ["its product by the store's ID", { products: [{ external_id: 'sc-1' }] }],
  ])('that lists %s settles', async (_, more) => {
    outsideAnswers(lost)
    await postOrder(anOrder())

    await postEvent(created(more))
    expect(await readOrder()).toMatchObject({ state: 'relayed' })
  })

  it.each([
    ['was refused', () => new Response('', { status: 422 })],
    ['has only failed in passing', () => new Response('', { status: 503 })],
  ])('settles whatever was sent: an order that %s', async (_, answer) => {
    outsideAnswers(answer)
    await postOrder(anOrder())

    await postEvent(created())
    expect(await readOrder()).toMatchObject({ state: 'relayed', confirmed_at: expect.any(String) })
  })

  it('settles nothing that was never sent', async () => {
    outsideAnswers(() => new Response('', { status: 401 }))
    await postOrder(anOrder('other'))
    await postOrder(anOrder())
    expect(await readOrder()).toMatchObject({ state: 'queued', attempts: 0 })

    await postEvent(created())
    expect(await readOrder()).toMatchObject({ state: 'queued' })
  })

  it.each([
    ['no products', { products: undefined }],
    ['products without IDs', { products: [{ title: 'x' }] }],
  ])('that lists %s settles only an order of imported products', async (_, more) => {
    outsideAnswers(lost)
    await sendAsStore('PUT', '/products/old-1', { title: 'Bar' })
    await postOrder(anOrder())
    await postOrder(anOrder('order-2', { products: [{ external_id: 'old-1' }] }))

    await postEvent(created(more))
    await postEvent(created(more, 'order-2'))
    expect(await readOrder()).toMatchObject({ state: 'unconfirmed' })
    expect(await readOrder('order-2')).toMatchObject({ state: 'relayed' })
  })

  it('that has IDs as numbers settles all the same', async () => {
    outsideAnswers(lost)
    await postDesign({ product_id: 691061 })
    await postOrder(
      anOrder('1042', { external_order_number: '1042', products: [{ external_id: 'sc-691061' }] }),
    )

    await postEvent({
      order: {
        order_id: 7,
        external_id: 1042,
        external_order_number: 1042,
        products: [{ product_id: 691061 }],
      },
    })
    expect(await readOrder('1042')).toMatchObject({ state: 'relayed' })
  })

  it('that came before the order was sent settles it once its answer is lost', async () => {
    const sent = outsideAnswers(({ url, body }) => {
      if (url.endsWith('/webhooks')) return Response.json([])
      const { external_id } = body as { external_id: string }
      return external_id === 'other' ? new Response('', { status: 401 }) : lost()
    })
    await postOrder(anOrder('other'))
    await postOrder(anOrder())
    await postEvent(created())
    expect(await readOrder()).toMatchObject({ state: 'queued', attempts: 0 })

    passTime(MINUTE)
    await runAlarm()
    expect(await readOrder()).toMatchObject({ state: 'relayed', attempts: 1, sign_customiser_order_id: 77 })
    expect(sent.filter(({ url }) => url.endsWith('/orders'))).toHaveLength(2)
  })

  it('of an order that is not ours is kept without its customer, and not forwarded', async () => {
    await changeSettings({ EVENTS_URL: 'https://store.test/events' })
    const sent = outsideAnswers()
    await postEvent(created({ customer: { first_name: 'Ada' } }, 'elsewhere'))
    await runAlarm()

    const { events } = await (await fetchAsStore('/events')).json<{ events: unknown[] }>()
    expect(events).toMatchObject([{ topic: 'order:created', content_id: '77', payload: null }])
    expect(sent).toEqual([])
  })

  it('under another ID than before shows that an order which was sent twice is there twice', async () => {
    await changeSettings({ ALERT_URL: 'https://alerts.test/' })
    const sent = outsideAnswers(({ url }, nth) =>
      url.startsWith('https://alerts') ? new Response() : nth === 1 ? lost() : accepted(),
    )
    await postOrder(anOrder())
    passTime(120 * SECOND)
    await runAlarm()
    expect(await readOrder()).toMatchObject({ state: 'relayed', attempts: 2, may_have_arrived: true })

    for (const id of [7, 7, 8, 8]) await postEvent(created({ order_id: id, order_number: Math.random() }))
    await runAlarm()

    const texts = sent.flatMap(({ body }) => {
      const { kind, text } = body as { kind?: string; text: string }
      return kind === 'order-maybe-twice' ? [text] : []
    })
    expect(texts.sort()).toEqual([
      expect.stringContaining('is sent again'),
      expect.stringContaining('twice, as 7 and 8'),
    ])
    const list = await (await fetchAsStore('/orders?may_have_arrived=true')).json<{ orders: unknown[] }>()
    expect(list.orders).toMatchObject([{ external_id: 'order-1' }])
  })

  it('creates and relays nothing', async () => {
    const sent = outsideAnswers()
    await postEvent(created())

    expect((await fetchAsStore('/orders/order-1')).status).toBe(404)
    await runInDurableObject(ledger(), (_, { storage }) => {
      expect(storage.sql.exec('SELECT count(*) AS n FROM deliveries').one()).toEqual({ n: 0 })
    })
    expect(sent).toEqual([])
  })
})
