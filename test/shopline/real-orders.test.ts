import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Literal, type Members, type Value, type Writing, write } from '../../src/sandbox/shopline-json.ts'
import { prefixed, sign } from '../../src/signing/hmac.ts'
import {
  accepted,
  freezeTime,
  outsideAnswers,
  readOrder,
  runAlarm,
  SECOND,
  startAfresh,
  utf8,
} from '../bridge.ts'
import shapes from '../payloads/shopline/order-real-shape.json'
import { issue, listEvents, postWebhook } from './shopline.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

const [delivered, pickedUp] = shapes as unknown as [Members, Members]

const person = { first_name: '測試', last_name: '林', phone: '+886900000001' }
const customer = { ...person, email: 'lin@example.com' }

/** What Sign Customiser is to get of each. */
const ORDERS = [
  [
    'delivered to a home',
    delivered,
    {
      integration_id: 42,
      external_id: '6a1f00000000000000000001',
      external_order_number: '20261017124850952',
      currency: 'TWD',
      customer,
      shipping_address: {
        ...person,
        address_1: '測試路 1 號',
        address_2: '羅東鎮',
        city: '宜蘭縣',
        postcode: '265',
        country: 'TW',
      },
      shipping_line: '宅配到府',
      products: [{ external_id: '6a2000000000000000000001', quantity: 1, price: 1080 }],
    },
  ],
  [
    'picked up and paid on collection',
    pickedUp,
    {
      integration_id: 42,
      external_id: '6a1f00000000000000000002',
      external_order_number: '20261017123842902',
      currency: 'TWD',
      customer,
      shipping_address: {
        ...person,
        address_1: '苗栗縣測試鎮測試路 2 號',
        address_2: '測試門市 990001',
        country: 'TW',
      },
      shipping_line: '7-11 Pickup and pay in store (B2C)',
      products: [{ external_id: '6a2000000000000000000002', quantity: 1, price: 590 }],
    },
  ],
] as const

/** How the text that is signed may be written, by the reading's name. */
const WRITINGS: Record<string, Writing> = {
  'javascript-keys javascript-numbers': { keys: 'javascript', numbers: 'javascript', escapes: false },
  'javascript-keys written-numbers': { keys: 'javascript', numbers: 'written', escapes: false },
  'code-unit-keys javascript-numbers': { keys: 'code units', numbers: 'javascript', escapes: false },
  'code-unit-keys written-numbers': { keys: 'code units', numbers: 'written', escapes: false },
  raw: { keys: 'as they come', numbers: 'written', escapes: true },
}

/** The order with what makes the readings differ: dollars as `1180.0`, and keys that are digits. */
function trying(value: Value): Value {
  if (Array.isArray(value)) return value.map(trying)
  if (typeof value !== 'object' || value === null || value instanceof Literal) return value
  const members = Object.entries(value).map(([key, member]): [string, Value] => [
    key,
    key === 'dollars'
      ? new Literal(`${member}.0`)
      : key === 'payment_data'
        ? { '10': 1, '9': 2 }
        : trying(member),
  ])
  return Object.fromEntries(members)
}

async function postSigned(event: Value, how: Writing): Promise<number> {
  const timestamp = `${Date.now() / SECOND}`
  const signature = await sign('app-secret', prefixed(`${timestamp}:`, utf8(write(event, how))))
  const body = write(event, { keys: 'as they come', numbers: 'written', escapes: true })
  return (await postWebhook(body, { timestamp, query: `?sign=${signature}` })).status
}

const eventOf = (resource: Value): Members => ({
  trace_id: '3d1c56e8-1d5b-4f6c-a5f7-0a1f5f3f3f3f',
  topic: 'order/create',
  event: 'Order',
  merchant_id: '5f0bda5e4e5fca0010c81fef',
  resource,
})

const signIn = (order: Members) => (order.subtotal_items as { item_id: string }[])[0]?.item_id ?? ''

describe.each(ORDERS)('an order of a live store’s shape, %s', (_, order, relayed) => {
  it.each(Object.entries(WRITINGS))('is relayed when it comes signed by %s', async (_, how) => {
    await issue(signIn(order))
    const sent = outsideAnswers()

    expect(await postSigned(eventOf(trying(order)), how)).toBe(200)
    await runAlarm()

    expect(sent.map(({ body }) => body)).toEqual([relayed])
    expect(await readOrder(relayed.external_id)).toMatchObject({ state: 'relayed' })
  })

  it.each([
    ['by itself', (order: Members) => order],
    ['in item', (item: Members) => ({ item })],
    ['in order', (order: Members) => ({ order })],
    ['in data', (data: Members) => ({ data })],
  ])('is relayed when it is fetched, %s', async (_, wrapped) => {
    await issue(signIn(order))
    const sent = outsideAnswers(({ url }) =>
      url.startsWith('https://shopline.test') ? Response.json(wrapped(order)) : accepted(),
    )

    await postWebhook(eventOf({ id: order.id ?? null }))
    await runAlarm()
    await runAlarm()

    expect(sent.map(({ url }) => new URL(url).pathname)).toEqual([
      `/v1/orders/${relayed.external_id}`,
      '/api/v2/orders',
    ])
    expect(sent[1]?.body).toEqual(relayed)
    expect(await listEvents()).toMatchObject([{ note: 'accepted' }])
  })

  it.each([
    ['resource.order', { resource: { order } }],
    ['resource.order beside another ID', { resource: { id: 'delivery', order } }],
    ['data', { data: order }],
    ['data.order', { data: { order } }],
    ['order', { order }],
    ['the event itself', order],
  ])('is found in %s', async (_, event) => {
    await issue(signIn(order))
    const sent = outsideAnswers()

    await postWebhook({ ...event, topic: 'order/create' })
    await runAlarm()

    expect(sent.map(({ body }) => body)).toEqual([relayed])
  })
})

describe('an order number that is a number', () => {
  it.each([
    ['1042', '1042'],
    ['20261017124850951', '20261017124850951'],
    ['1042.0', '1042'],
    ['1042.5', '1042.5'],
  ])('%s is %s', async (order_number, external_order_number) => {
    await issue(signIn(delivered))
    const order = { ...delivered, order_number: new Literal(order_number) }

    await postSigned(
      eventOf(order),
      WRITINGS.raw ?? { keys: 'javascript', numbers: 'written', escapes: false },
    )

    expect(await readOrder('6a1f00000000000000000001')).toMatchObject({ external_order_number })
  })
})
