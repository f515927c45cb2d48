import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { canonicalJson } from '../../src/ledger/new-order.ts'
import { prefixed, sign } from '../../src/signing/hmac.ts'
import {
  accepted,
  changeSettings,
  fetchAsStore,
  fetchBridge,
  freezeTime,
  keepLog,
  ledger,
  outsideAnswers,
  passTime,
  postOrder,
  readOrder,
  restartLedger,
  runAlarm,
  SECOND,
  startAfresh,
  utf8,
} from '../bridge.ts'
import newToken from '../payloads/shopline/webhook-access-token-create.json'
import { issue, listEvents, ORDER, orderEvent, postWebhook, report, SIGN } from './shopline.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

const codeOf = async (response: Response) =>
  (await response.json<{ type: string }>()).type.replace('/problems/', '')
const ordersSent = (sent: { url: string }[]) => sent.filter(({ url }) => url.includes('/api/v2/orders'))

describe('POST /shopline/webhooks', () => {
  it('answers at once, and relays the signs of the order afterwards', async () => {
    await issue(SIGN)
    const sent = outsideAnswers()

    expect(await report(orderEvent())).toBe('accepted')
    expect(sent).toEqual([])
    expect(await readOrder(ORDER)).toMatchObject({ state: 'queued', source: 'shopline' })
    await runAlarm()

    expect(sent).toHaveLength(1)
    expect(sent[0]?.body).toMatchObject({
      integration_id: 42,
      external_id: ORDER,
      external_order_number: '2030010112000498',
      currency: 'TWD',
      products: [{ external_id: SIGN, quantity: 2, price: 3000 }],
    })
    expect(await readOrder(ORDER)).toMatchObject({
      state: 'relayed',
      external_order_number: '2030010112000498',
    })
  })

  it('answers 200 while Sign Customiser is away, and loses nothing over a restart', async () => {
    await issue(SIGN)
    const sent = outsideAnswers((_, nth) => (nth === 1 ? new Response('', { status: 503 }) : accepted()))

    await report(orderEvent())
    await restartLedger()
    await runAlarm()
    expect(await readOrder(ORDER)).toMatchObject({ state: 'queued', attempts: 1 })
    passTime(60 * SECOND)
    await runAlarm()

    expect(await readOrder(ORDER)).toMatchObject({ state: 'relayed', attempts: 2 })
    expect(sent).toHaveLength(2)
  })

  it('answers 503 when the ledger can not be reached, so that the event comes again', async () => {
    vi.spyOn(env.LEDGER, 'getByName').mockImplementation(() => {
      throw new Error('overloaded')
    })

    expect((await postWebhook(orderEvent())).status).toBe(503)
  })

  it('records events of other topics, once, and relays nothing for them', async () => {
    await issue(SIGN)
    const sent = outsideAnswers()

    await report(orderEvent({}, { topic: 'order/update' }))
    await report(orderEvent({}, { topic: 'order/update' }))
    await runAlarm()

    expect(await listEvents()).toMatchObject([{ topic: 'order/update', content_id: ORDER, repeats: 1 }])
    expect(ordersSent(sent)).toEqual([])
    expect((await fetchAsStore(`/orders/${ORDER}`)).status).toBe(404)
  })

  it('knows an event again by what was signed, however it is laid out', async () => {
    const event = orderEvent({}, { topic: 'order/update' })
    const timestamp = `${Date.now() / SECOND}`
    await postWebhook(event, { timestamp })
    const captured = await sign('app-secret', prefixed(`${timestamp}:`, utf8(canonicalJson(event))))

    for (const body of [JSON.stringify(event, null, 1), JSON.stringify(event).replaceAll('/', '\\/')])
      expect((await postWebhook(body, { timestamp, query: `?sign=${captured}` })).status).toBe(200)
    await postWebhook(event, { age: 60 })

    expect(await listEvents()).toMatchObject([{ topic: 'order/update', repeats: 3 }])
  })

  it('reads as orders the topics that the setting names', async () => {
    await issue(SIGN)
    const event = orderEvent({}, { topic: 'order/confirm' })

    expect(await report(event, { settings: { SHOPLINE_ORDER_TOPICS: 'order/create, order/confirm' } })).toBe(
      'accepted',
    )
  })

  it('keeps and forwards nothing of an event about an access token but that it came', async () => {
    await changeSettings({ EVENTS_URL: 'https://store.test/hook' })
    const sent = outsideAnswers(() => new Response('ok'))
    await report(newToken)
    await runAlarm()

    expect(await listEvents()).toMatchObject([{ topic: 'access_token/create', payload: null }])
    expect(sent).toEqual([])
    const stored = await runInDurableObject(ledger(), (_, { storage }) =>
      storage.sql.exec('SELECT * FROM events').toArray(),
    )
    expect(JSON.stringify(stored)).not.toContain(newToken.resource.token)
  })

  it('shows the operator what came of an event', async () => {
    await report(orderEvent())
    await report(orderEvent({}, { topic: 'user/update' }))

    const { events } = await (await fetchAsStore('/events')).json<{ events: object[] }>()
    expect(events).toMatchObject([{ topic: 'user/update' }, { topic: 'order/create', note: 'no-signs' }])
    expect(events[0]).not.toHaveProperty('note')
  })

  it('records an order event that names no order', async () => {
    await report({ topic: 'order/create', resource: {} })

    expect(await listEvents()).toMatchObject([
      { topic: 'order/create', content_id: null, note: 'unreadable' },
    ])
  })

  it.each([
    ['has no query', { query: '' }, 'missing-signature'],
    ['has an empty signature', { query: '?sign=' }, 'missing-signature'],
    ['has no timestamp', { timestamp: null }, 'missing-signature'],
    ['is signed twice', { query: `?sign=${'a'.repeat(64)}&sign=${'a'.repeat(64)}` }, 'malformed-signature'],
    ['is signed in something other than hex', { query: `?sign=${'g'.repeat(64)}` }, 'malformed-signature'],
    ['has a signature that is too short', { query: `?sign=${'a'.repeat(63)}` }, 'malformed-signature'],
    ['has a timestamp that is no number', { timestamp: 'today' }, 'malformed-timestamp'],
    ['is signed with another secret', { secret: 'other' }, 'signature-mismatch'],
    ['is too old', { age: 301, settings: { SHOPLINE_TOLERANCE_SECONDS: '300' } }, 'timestamp-too-old'],
    ['is too new', { age: -301, settings: { SHOPLINE_TOLERANCE_SECONDS: '300' } }, 'timestamp-too-new'],
  ])('refuses an event that %s, and stores nothing', async (_, flaw, code) => {
    await issue(SIGN)
    const response = await postWebhook(orderEvent(), flaw)

    expect(response.status).toBe(401)
    expect(await codeOf(response)).toBe(code)
    expect(await listEvents()).toEqual([])
  })

  it('takes an event that is a week old, or of any age where that is off', async () => {
    const week = 7 * 24 * 3600

    expect((await postWebhook(orderEvent(), { age: week })).status).toBe(200)
    expect((await postWebhook(orderEvent(), { age: week + 1 })).status).toBe(401)
    const settings = { SHOPLINE_TOLERANCE_SECONDS: '0' }
    expect((await postWebhook(orderEvent(), { age: 10_000_000, settings })).status).toBe(200)
  })

  it('takes an event that any of several secrets signed', async () => {
    const settings = { SHOPLINE_APP_SECRET: 'newer-secret app-secret' }

    expect((await postWebhook(orderEvent(), { settings })).status).toBe(200)
    expect((await postWebhook(orderEvent(), { settings, secret: 'newer-secret' })).status).toBe(200)
  })

  it('takes a signature that stands in the header instead', async () => {
    const inHeader = { query: '', header: 'x-shopline-hmac-sha256' }

    expect((await postWebhook(orderEvent(), inHeader)).status).toBe(200)
    expect((await postWebhook(orderEvent(), { ...inHeader, secret: 'other' })).status).toBe(401)
    const wrong = { ...inHeader, query: `?sign=${'a'.repeat(64)}` }
    expect((await postWebhook(orderEvent(), wrong)).status).toBe(401)
  })

  it.each([
    ['is not JSON', '{"topic":', 400, 'malformed-json'],
    ['is nested too deep', `${'['.repeat(129)}${']'.repeat(129)}`, 400, 'malformed-json'],
    ['is a list', '[]', 422, 'invalid-payload'],
    ['has no topic', '{"resource":{}}', 422, 'invalid-payload'],
    ['has a topic that is no text', '{"topic":7}', 422, 'invalid-payload'],
  ])('refuses a signed body that %s', async (_, body, status, code) => {
    const response = await postWebhook(body)

    expect(response.status).toBe(status)
    expect(await codeOf(response)).toBe(code)
  })

  it('names what is not configured, and needs nothing of the relay', async () => {
    const off = await postWebhook(orderEvent(), { settings: { SHOPLINE_APP_SECRET: '' } })
    expect([off.status, await codeOf(off)]).toEqual([503, 'not-configured'])

    await issue(SIGN)
    const settings = { SIGN_CUSTOMISER_API_TOKEN: '', SHOPLINE_ACCESS_TOKEN: '' }
    expect(await report(orderEvent(), { settings })).toBe('accepted')
  })

  it('refuses other methods and larger bodies', async () => {
    expect((await fetchBridge('/shopline/webhooks')).headers.get('allow')).toBe('POST')
    const large = await postWebhook(orderEvent(), { settings: { MAX_BODY_BYTES: '100' } })
    expect(large.status).toBe(413)
  })

  it('logs which reading matched', async () => {
    const lines: string[] = []
    vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(line))

    await postWebhook(orderEvent())
    await postWebhook('{"topic" : "a/b", "resource":{"10":1.0,"2":1}}')

    expect(lines.map((line) => JSON.parse(line).reading).filter(Boolean)).toEqual([
      'javascript-keys javascript-numbers',
      'raw',
    ])
  })
})

describe('an event of another merchant', () => {
  const theirs = { merchant_id: '000000000000000000000001' }

  it('is answered, counted and dropped', async () => {
    await issue(SIGN)
    const sent = outsideAnswers()
    const lines = keepLog()

    const response = await postWebhook(orderEvent({}, theirs))
    await runAlarm()

    expect([response.status, await response.json()]).toEqual([200, { ok: true }])
    expect(await listEvents()).toEqual([])
    expect(sent).toEqual([])
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ status: 200, code: 'other-merchant' })
    expect(await (await fetchAsStore('/metrics')).text()).toContain(
      'bridge_refusals_total{code="other-merchant"} 1',
    )
  })

  it.each([
    ['no merchant is set', theirs, { SHOPLINE_MERCHANT_ID: '' }],
    ['its merchant is ours', { merchant_id: '5F0BDA5E4E5FCA0010C81FEF' }, {}],
    ['it names none', { merchant_id: null }, {}],
  ])('is not seen where %s', async (_, merchant, settings) => {
    await issue(SIGN)

    expect(await report(orderEvent({}, merchant), { settings })).toBe('accepted')
  })
})

describe('an order of the store that is also handed in by its backend', () => {
  it('is relayed once', async () => {
    await issue(SIGN)
    const sent = outsideAnswers()
    await report(orderEvent())
    await runAlarm()

    const again = { external_id: ORDER, external_order_number: '1', products: [{ external_id: SIGN }] }
    expect((await postOrder(again)).status).toBe(409)
    expect(ordersSent(sent)).toHaveLength(1)
  })
})
