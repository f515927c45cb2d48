import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/http/json.ts'
import { orderOf, orderReport } from '../../src/shopline/order.ts'
import envelope from '../payloads/shopline/order-create.json'

const order = envelope.resource as unknown as JsonObject
const [sign] = envelope.resource.subtotal_items

const report = (more: JsonObject = {}, relayWhen: 'created' | 'paid' = 'created') =>
  orderReport('order-1', { ...order, ...more }, { currency: 'USD', relayWhen })

const contentOf = async (more: JsonObject = {}): Promise<JsonObject> =>
  JSON.parse((await report(more)).order?.body ?? 'null')

const linesOf = async (items: Json[]) => (await contentOf({ subtotal_items: items })).products

describe('a SHOPLINE order', () => {
  it('is mapped as documented', async () => {
    expect(await contentOf()).toEqual({
      external_id: 'order-1',
      external_order_number: '2030010112000498',
      currency: 'TWD',
      customer: {
        first_name: 'Grace Brewster',
        last_name: 'Hopper',
        email: 'grace@example.com',
        phone: '+886912345678',
      },
      shipping_address: {
        first_name: '小明',
        last_name: '王',
        phone: '+886987654321',
        address_1: '信義路三段 1 號',
        address_2: '大安區',
        city: '台北市',
        postcode: '106',
        country: 'TW',
      },
      shipping_line: 'Home delivery',
      products: [
        { external_id: '64aa00000000000000000001', quantity: 2, price: 3000 },
        { external_id: '64bb00000000000000000009', quantity: 1, price: 0 },
      ],
    })
  })

  it('is mapped as far as it goes when it is thin', async () => {
    const thin = { subtotal_items: [{ item_id: 'a' }], delivery_address: null, customer_name: '  ' }

    const { order: mapped } = await orderReport('order-1', thin, { currency: 'USD', relayWhen: 'created' })

    expect(JSON.parse(mapped?.body ?? '')).toEqual({
      external_id: 'order-1',
      external_order_number: 'order-1',
      currency: 'USD',
      products: [{ external_id: 'a', quantity: 1 }],
    })
  })

  it('goes to the store where it is picked up', async () => {
    const content = await contentOf({
      delivery_address: { recipient_name: 'Ada Lovelace', country_code: 'TW' },
      delivery_data: {
        location_code: '131386',
        location_name: '建德門市',
        store_address: '台北市中山區建國北路一段 1 號',
      },
    })

    expect(content.shipping_address).toEqual({
      first_name: 'Ada',
      last_name: 'Lovelace',
      address_1: '台北市中山區建國北路一段 1 號',
      address_2: '建德門市 131386',
      country: 'TW',
    })
  })

  it.each([
    ['Madonna', { first_name: 'Madonna' }],
    ['  Ada   Lovelace ', { first_name: 'Ada', last_name: 'Lovelace' }],
    ['王小明', { first_name: '小明', last_name: '王' }],
    ['王 小明', { first_name: '小明', last_name: '王' }],
    ['歐陽娜娜', { first_name: '娜娜', last_name: '歐陽' }],
    ['明', { first_name: '明' }],
    ['김민준', { first_name: '민준', last_name: '김' }],
    ['Nguyễn Thị Hoa', { first_name: 'Nguyễn Thị', last_name: 'Hoa' }],
  ])('splits the name %s', async (customer_name, name) => {
    const customer = (await contentOf({ customer_name, customer_email: null, customer_phone: null })).customer

    expect(customer).toEqual(name)
  })

  // Those that are rewritten are as libphonenumber 1.13 has them.
  it.each([
    ['0912-345-678', '886', '+886912345678'],
    ['912345678', '+886', '+886912345678'],
    ['(02) 2345-6789', '886', '+886223456789'],
    ['9123 4567', '852', '+85291234567'],
    ['8123.4567', '65', '+6581234567'],
    ['012-345 6789', '60', '+60123456789'],
    ['090ー1234ー5678', '81', '+819012345678'],
    ['(212) 555‑0123', '1', '+12125550123'],
    ['０９１２−３４５−６７８', '８８６', '+886912345678'],
    ['（０２）２３４５－６７８９', '886', '+886223456789'],
    ['0088 6912 345 678', '886', '+886912345678'],
  ])('makes the phone %s with the country code %s %s', async (customer_phone, code, phone) => {
    const { customer } = await contentOf({ customer_phone, customer_phone_country_code: code })

    expect(customer).toMatchObject({ phone })
  })

  it.each([
    ['has its country’s code', '+886912345678', '886'],
    ['is of a country that is not named', '91234567', null],
    ['is of a country that is named otherwise', '0912345678', 'TW'],
    ['may have its country’s code', '886912345678', '886'],
    ['may have its country’s code, or not', '65123456', '65'],
    ['is dialled with another country’s code', '0085291234567', '886'],
    ['keeps its 0 abroad', '06 1234 5678', '39'],
    ['loses more than a 0 abroad', '06 20 123 4567', '36'],
    ['has an extension', '02-2345-6789 #123', '886'],
    ['has an extension in words', '0223456789 轉 12', '886'],
    ['is two', '0912345678/0223456789', '886'],
    ['is two with a blank between', '0912345678 0223456789', '886'],
    ['has a plus within', '0912+345678', '886'],
    ['is a blank in a form', '-', '886'],
    ['is none', 'LINE: ming88', '886'],
    ['is none, in wide letters', 'ＬＩＮＥ', '886'],
  ])('leaves a phone that %s as it is', async (_, customer_phone, code) => {
    const { customer } = await contentOf({ customer_phone, customer_phone_country_code: code })

    expect(customer).toMatchObject({ phone: customer_phone })
  })

  it.each([
    ['English first', { 'zh-hant': '宅配', en: 'Courier' }, 'Courier'],
    ['Chinese where there is no English', { fr: 'Poste', 'zh-hant': '宅配', en: '' }, '宅配'],
    ['a language that is not documented', { ko: '택배' }, '택배'],
  ])('names the shipping in %s', async (_, name_translations, shipping_line) => {
    expect((await contentOf({ order_delivery: { name_translations } })).shipping_line).toBe(shipping_line)
  })

  it.each([
    ['of a list', [{ item_id: 'part', quantity: 2, item_price: { cents: 5 } }]],
    ['by product ID', { part: { quantity: 2, item_price: { cents: 5 } } }],
    ['by itself', { item_id: 'part', quantity: 2, item_price: { cents: 5 } }],
  ])('has the parts of a set %s', async (_, child_products) => {
    expect(await linesOf([{ item_id: 'set', quantity: 3, child_products }])).toEqual([
      { external_id: 'set', quantity: 3 },
      { external_id: 'part', quantity: 6, price: 5 },
    ])
  })

  it('has at most 9,999 of a part', async () => {
    const sets = (quantity: number, parts: number) =>
      linesOf([{ item_id: 'set', quantity, child_products: [{ item_id: 'part', quantity: parts }] }])

    expect(await sets(101, 99)).toMatchObject([{ quantity: 101 }, { quantity: 9_999 }])
    expect(await sets(101, 100)).toMatchObject([{ quantity: 101 }, { quantity: 9_999 }])
    expect(await sets(1e12, 1e12)).toMatchObject([{ quantity: 9_999 }, { quantity: 9_999 }])
  })

  it('offers every ID that a part of a set might be known by', async () => {
    const part = { id: 'line', product_id: 'product', _id: 'line' }

    expect(await linesOf([{ item_id: 'set', child_products: [part] }])).toEqual([
      { external_id: 'set', quantity: 1 },
      { external_id: 'product', quantity: 1 },
      { external_id: 'line', quantity: 1 },
    ])
  })

  it('has no line that was reduced to nothing', async () => {
    const items = [0, -1, 0.5].map((quantity) => ({ item_id: 'a', quantity }))

    expect(await linesOf([...items, { item_id: 'b', quantity: 1 }])).toEqual([
      { external_id: 'b', quantity: 1 },
    ])
  })

  it.each([
    ['2', 2],
    [null, 1],
    ['some', 1],
    [9_999, 9_999],
    [10_000, 9_999],
    [1e300, 9_999],
    ['1e400', 1],
  ])('loses no line over the quantity %j', async (quantity, read) => {
    expect(await linesOf([{ item_id: 'a', quantity }])).toEqual([{ external_id: 'a', quantity: read }])
  })

  it.each([
    ['a line without a sale price', { item_price: null }],
    ['a price that is no whole number', { item_price: { cents: 30.5 } }],
    ['a price below nothing', { item_price: { cents: -1 } }],
  ])('gives no price to %s', async (_, more) => {
    expect(await linesOf([{ ...sign, ...more } as Json])).toEqual([
      { external_id: '64aa00000000000000000001', quantity: 2 },
    ])
  })

  it.each([
    ['created', {}, 'created', 'ready'],
    ['temporary', { status: 'temp' }, 'created', 'waiting'],
    ['a return', { type: 'return' }, 'created', 'waiting'],
    ['cancelled', { status: 'cancelled' }, 'created', 'cancelled'],
    ['removed', { status: 'removed' }, 'paid', 'cancelled'],
    ['not paid', {}, 'paid', 'waiting'],
    ['paid', { order_payment: { status: 'completed' } }, 'paid', 'ready'],
    ['paid and refunded', { order_payment: { status: 'refunded' } }, 'paid', 'waiting'],
    ['paid, but temporary', { status: 'temp', order_payment: { status: 'completed' } }, 'paid', 'waiting'],
  ] as const)('that is %s (%j), relayed when %s, is %s', async (_, more, when, standing) => {
    expect((await report(more, when)).standing).toBe(standing)
  })

  it('names the orders that it shares its signs with', async () => {
    const { related } = await report({ parent_order_id: 'p', child_order_ids: ['c1', null, 'c2'] })

    expect(related).toEqual(['p', 'c1', 'c2'])
  })

  it('has to be fetched when it has no lines', async () => {
    expect((await report({ subtotal_items: [] })).order).toBeNull()
    expect((await report({ subtotal_items: null })).order).toBeNull()
  })

  it.each<[string, JsonObject, string | null]>([
    ['resource.id', { resource: { id: 'a', _id: 'b' }, id: 'c' }, 'a'],
    ['resource._id', { resource: { _id: 'b' }, id: 'c' }, 'b'],
    ['id', { resource: {}, id: 'c' }, 'c'],
    ['resource.order_id', { resource: { id: 'payment', order_id: 'a' } }, 'a'],
    ['resource.order.id', { resource: { id: 'payment', order: { id: 'a' } } }, 'a'],
    ['data.id', { data: { id: 'a' }, id: 'event' }, 'a'],
    ['data.order_id', { data: { order_id: 'a', id: 'payment' }, id: 'event' }, 'a'],
    ['order_id', { order_id: 'a', id: 'event' }, 'a'],
    ['the ID of the order with lines', { id: 'event', data: { id: 'a', subtotal_items: [] } }, 'a'],
    ['another ID where that order has none', { resource: { order: { subtotal_items: [] }, id: 'a' } }, 'a'],
    ['nothing that can be asked for', { resource: { id: '../products' } }, null],
    ['nothing', { resource: null }, null],
  ])('is found by %s', (_, event, id) => {
    expect(orderOf(event, JSON.stringify(event)).id).toBe(id)
  })

  it('does not take what belongs to it for the order', () => {
    const event = { resource: { id: 'payment', order_id: 'a', status: 'cancelled' } }

    expect(orderOf(event, JSON.stringify(event))).toEqual({ id: 'a', order: {} })
  })
})
