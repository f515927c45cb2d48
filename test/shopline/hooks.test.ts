import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { JsonObject } from '../../src/http/json.ts'
import {
  accepted,
  changeSettings,
  fetchBridge,
  fetchWith,
  freezeTime,
  keepLog,
  outsideAnswers,
  passTime,
  postOrder,
  readOrder,
  runAlarm,
  SECOND,
  startAfresh,
} from '../bridge.ts'
import envelope from '../payloads/shopline/order-create.json'
import { alertsOn, issue, listAlerts, listEvents, ORDER, orderEvent, report, SIGN } from './shopline.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

const KEY = 'hook-key-hook-key-hook-key-hook-key'
const postTo = (key: string, event: unknown) =>
  fetchBridge(`/shopline/hooks/${key}`, {
    method: 'POST',
    body: typeof event === 'string' ? event : JSON.stringify(event),
  })
const post = (event: unknown) => postTo(KEY, event)

/** SHOPLINE has this order; Sign Customiser takes every order. */
const shoplineHas = (more: JsonObject = {}) =>
  outsideAnswers(({ url }) =>
    url.startsWith('https://shopline.test') ? Response.json({ ...envelope.resource, ...more }) : accepted(),
  )
const paths = (sent: { url: string }[]) => sent.map(({ url }) => new URL(url).pathname)

describe('POST /shopline/hooks/{key}', () => {
  it('answers at once, then fetches the order and relays it as SHOPLINE gives it', async () => {
    await issue(SIGN)
    const sent = shoplineHas()
    const lies = { customer_name: 'Somebody Else', subtotal_items: [{ item_id: SIGN, quantity: 99 }] }

    const response = await post(orderEvent(lies))
    expect([response.status, await response.json()]).toEqual([200, { ok: true }])
    expect(sent).toEqual([])
    await runAlarm()
    await runAlarm()

    expect(paths(sent)).toEqual([`/v1/orders/${ORDER}`, '/api/v2/orders'])
    expect(sent[1]?.body).toMatchObject({
      external_id: ORDER,
      customer: { last_name: 'Hopper' },
      products: [{ external_id: SIGN, quantity: 2 }],
    })
    expect(await readOrder(ORDER)).toMatchObject({ state: 'relayed', source: 'shopline' })
  })

  it('keeps topic and order ID of what it was told, and no more', async () => {
    await post(orderEvent())
    await post({ topic: 'user/update', resource: { id: 'user-1', email: 'grace@example.com' } })

    expect((await listEvents()).map(({ payload }) => JSON.parse(payload ?? 'null'))).toEqual([
      { topic: 'user/update', resource: { id: 'user-1' } },
      { topic: 'order/create', resource: { id: ORDER } },
    ])
  })

  it.each(['order/cancel', 'order/remove'])(
    'believes no %s that SHOPLINE does not confirm',
    async (topic) => {
      await issue(SIGN)
      const sent = shoplineHas()
      await report(orderEvent())

      await post({ topic, resource: { id: ORDER, status: 'cancelled' } })
      await runAlarm()
      await runAlarm()

      expect(paths(sent)).toContain('/api/v2/orders')
      expect(await readOrder(ORDER)).toMatchObject({ state: 'relayed' })
    },
  )

  it('takes a cancellation that SHOPLINE confirms', async () => {
    await issue(SIGN)
    await alertsOn()
    shoplineHas({ status: 'cancelled' })
    await report(orderEvent())
    await runAlarm()

    await post({ topic: 'order/cancel', resource: { id: ORDER } })
    await runAlarm()

    expect(await listAlerts()).toMatchObject([{ kind: 'order-cancelled', external_id: ORDER }])
  })

  it('has an order looked up at most every ten seconds, however often it is told of it', async () => {
    const sent = shoplineHas({ status: 'temp' })
    const hint = { topic: 'order/create', resource: { id: ORDER } }
    for (const trace_id of ['1', '2', '2']) await post({ ...hint, trace_id })
    await runAlarm()
    await post(hint)
    await post(hint)
    passTime(9 * SECOND)
    await runAlarm()
    expect(sent).toHaveLength(1)

    passTime(SECOND)
    await runAlarm()
    expect(sent).toHaveLength(2)
    // The same words may tell of another change.
    passTime(10 * SECOND)
    await post(hint)
    await runAlarm()
    expect(sent).toHaveLength(3)
  })

  it.each([
    ['is cancelled when SHOPLINE has it no more', 'order/remove', 'cancelled'],
    ['is relayed when an event of another kind finds it missing', 'order/create', 'relayed'],
  ])('an order that waits %s', async (_, topic, state) => {
    await issue(SIGN)
    outsideAnswers(({ url }) =>
      url.startsWith('https://shopline.test') ? new Response('{}', { status: 404 }) : accepted(),
    )
    await report(orderEvent())
    await changeSettings({ SIGN_CUSTOMISER_API_TOKEN: '' })

    await post({ topic, resource: { id: ORDER } })
    await runAlarm()
    await changeSettings({ SIGN_CUSTOMISER_API_TOKEN: 'api-token' })
    await runAlarm()

    expect(await readOrder(ORDER)).toMatchObject({ state })
  })

  it('ends no order that did not come from SHOPLINE', async () => {
    await issue(SIGN)
    const answers = outsideAnswers(
      ({ url }) => new Response('{}', { status: url.startsWith('https://shopline.test') ? 404 : 503 }),
    )
    await postOrder({
      external_id: '1042',
      external_order_number: '#1042',
      products: [{ external_id: SIGN }],
    })

    await post({ topic: 'order/remove', resource: { id: '1042' } })
    await runAlarm()

    expect(paths(answers)).toContain('/v1/orders/1042')
    expect(await readOrder('1042')).toMatchObject({ state: 'queued' })
  })

  it('notes an event that points to no order', async () => {
    await post({ topic: 'order/create', resource: { total: 1 } })

    expect(await listEvents()).toMatchObject([{ topic: 'order/create', note: 'unreadable' }])
  })

  it('looks up nothing for other topics', async () => {
    const sent = shoplineHas()

    await post(orderEvent({}, { topic: 'order/update' }))
    await runAlarm()

    expect(sent).toEqual([])
    expect(await listEvents()).toMatchObject([{ topic: 'order/update', content_id: ORDER }])
  })

  it('answers the question whether the address is the merchant’s', async () => {
    const response = await post({ topic: 'webhook/verification' })

    expect(await response.text()).toBe('NWYwYmRhNWU0ZTVmY2EwMDEwYzgxZmVm')
    expect(await listEvents()).toEqual([])
  })

  it.each([
    ['another key', 'k'.repeat(35)],
    ['the beginning of the key', KEY.slice(0, -1)],
    ['the key and more', `${KEY}x`],
    ['another case', KEY.toUpperCase()],
  ])('answers 404 to %s, and does nothing', async (_, key) => {
    expect((await postTo(key, orderEvent())).status).toBe(404)
    expect((await postTo(key, { topic: 'webhook/verification' })).status).toBe(404)
    expect(await listEvents()).toEqual([])
  })

  it('drops what is another merchant’s', async () => {
    const response = await post(orderEvent({}, { merchant_id: '000000000000000000000001' }))

    expect([response.status, await response.json()]).toEqual([200, { ok: true }])
    expect(await listEvents()).toEqual([])
  })

  it.each([
    ['is not JSON', '{"topic":', 400],
    ['has no topic', '{"resource":{"id":"1"}}', 422],
  ])('refuses a body that %s', async (_, body, status) => {
    expect((await post(body)).status).toBe(status)
  })

  it('refuses a larger body, and needs its own secret alone', async () => {
    const ask = (settings: Record<string, string>) =>
      fetchWith(settings, `/shopline/hooks/${KEY}`, { method: 'POST', body: JSON.stringify(orderEvent()) })

    expect((await ask({ MAX_BODY_BYTES: '100' })).status).toBe(413)
    const others = { SHOPLINE_APP_SECRET: '', SHOPLINE_ACCESS_TOKEN: '', SIGN_CUSTOMISER_API_TOKEN: '' }
    expect((await ask(others)).status).toBe(200)
    const off = await ask({ SHOPLINE_HOOK_KEY: '' })
    expect([off.status, await off.json()]).toMatchObject([503, { detail: 'SHOPLINE_HOOK_KEY is not set.' }])
  })

  it('answers 503 when the ledger can not be reached, so that the event comes again', async () => {
    vi.spyOn(env.LEDGER, 'getByName').mockImplementation(() => {
      throw new Error('overloaded')
    })

    expect((await post(orderEvent())).status).toBe(503)
  })

  it('limits what one address may have looked up', async () => {
    const limit = vi.spyOn(env.FAILURES, 'limit').mockResolvedValue({ success: false })

    expect((await post(orderEvent())).status).toBe(429)
    expect(await listEvents()).toEqual([])
    expect(limit).toHaveBeenCalledWith({ key: expect.stringMatching(/^\/shopline\/hooks\/:key \S+$/) })
  })

  it('never logs its key', async () => {
    const lines = keepLog()
    await post(orderEvent())
    await postTo('almost-the-key', orderEvent())

    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { event: 'request', route: '/shopline/hooks/:key', status: 200, external_id: ORDER, state: 'fetching' },
      { event: 'request', route: '/shopline/hooks/:key', status: 404 },
    ])
    for (const line of lines) expect(line).not.toMatch(/hook-key|almost-the-key/)
  })
})
