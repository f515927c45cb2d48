import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  accepted,
  anOrder,
  changeSettings,
  fetchAsStore,
  freezeTime,
  HOUR,
  ledger,
  outsideAnswers,
  passTime,
  postDesign,
  postEvent,
  postOrder,
  postSigned,
  readOrder,
  restartLedger,
  runAlarm,
  SECOND,
  type Sent,
  startAfresh,
} from '../bridge.ts'
import form from '../payloads/sign-customiser/form-submitted.json'

const EVENTS_URL = 'https://store.test/hooks?key=1'
const EVENTS_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

beforeEach(async () => {
  freezeTime()
  await changeSettings({ EVENTS_URL })
})
afterEach(startAfresh)

type Event = { type: string; timestamp: string; data: Record<string, unknown> }
type Delivery = { id: string; type: string; state: string; attempts: number; last_error: string | null }

const isEvent = ({ url }: Sent) => url === EVENTS_URL
const received = (sent: Sent[]) => sent.filter(isEvent).map(({ body }) => body as Event)
const listed = async (query = '') =>
  (await (await fetchAsStore(`/deliveries${query}`)).json<{ deliveries: Delivery[] }>()).deliveries

/** Everything works but the events' endpoint, which does what `answer` says. */
const endpoint = (answer: (sent: Sent, nth: number) => Response | Promise<Response>) => {
  let nth = 0
  return outsideAnswers((sent) => (isEvent(sent) ? answer(sent, ++nth) : accepted()))
}
const thanks = () => new Response(null, { status: 204 })
const down = () => new Response('down', { status: 503 })

describe('forwarding', () => {
  it("hands a verified event on with the vendor's body, signed by Standard Webhooks", async () => {
    const sent = endpoint(thanks)
    await postEvent(form)
    await postEvent(form)
    await runAlarm()

    expect(received(sent)).toEqual([
      {
        type: 'sign-customiser.form.submitted',
        timestamp: new Date().toISOString(),
        data: form,
      },
    ])
    const [first] = sent
    expect(new Webhook(EVENTS_SECRET).verify(JSON.stringify(first?.body), first?.headers ?? {})).toEqual(
      first?.body,
    )
    expect(first?.headers['webhook-id']).toMatch(/^msg_/)
  })

  it('signs with each of several keys, so that the endpoint can have the old one or the new', async () => {
    const newer = `whsec_${btoa('a key of thirty-two bytes, newer!')}`
    await changeSettings({ EVENTS_SECRET: `${EVENTS_SECRET} ${newer}` })
    const sent = endpoint(thanks)
    await postEvent(form)
    await runAlarm()

    const { body, headers = {} } = sent[0] ?? {}
    expect(headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/)
    for (const key of [EVENTS_SECRET, newer])
      expect(new Webhook(key).verify(JSON.stringify(body), headers)).toEqual(body)
    expect(headers['user-agent']).toBe('sign-customiser-bridge')
  })

  it("keeps an event's numbers as they were written", async () => {
    const sent: string[] = []
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
      sent.push(await (input as Request).text())
      return thanks()
    })
    await postSigned('/sign-customiser/webhooks', '{"order": {"order_id": 12345678901234567890.10}}', {
      secret: 'webhook-secret',
    })
    await runAlarm()

    expect(sent[0]).toContain('"data":{"order": {"order_id": 12345678901234567890.10}}')
  })

  it('tells how an order ended, with the order as the store reads it', async () => {
    const sent = endpoint(thanks)
    await postDesign({ product_id: 1, title: 'Open' })
    await postOrder(anOrder())
    await runAlarm()
    passTime(10 * SECOND)
    await runAlarm()

    const [relayed, created] = received(sent).sort((a, b) => a.type.localeCompare(b.type))
    expect(created).toMatchObject({ type: 'product.created', data: { external_id: 'sc-1', title: 'Open' } })
    expect(created?.data).toEqual(await (await fetchAsStore('/products/sc-1')).json())
    expect(relayed).toMatchObject({ type: 'order.relayed' })
    expect(relayed?.data).toEqual(await readOrder())
  })

  it('tells of a rejected and of a failed order, once each', async () => {
    await postDesign({ product_id: 1 })
    const sent = outsideAnswers(({ url, body }) => {
      if (url === EVENTS_URL) return thanks()
      if (url.endsWith('/webhooks')) return down()
      const { external_id } = body as { external_id: string }
      return external_id === 'bad' ? new Response('', { status: 422 }) : down()
    })
    await postOrder(anOrder('bad'))
    await postOrder(anOrder('late'))
    await runAlarm()
    passTime(10 * SECOND)
    await runAlarm()
    passTime(73 * HOUR)
    await runAlarm()
    await runAlarm()

    expect(
      received(sent)
        .map(({ type, data }) => `${type} ${data.external_id}`)
        .sort(),
    ).toEqual(['order.failed late', 'order.rejected bad', 'product.created sc-1'])
  })

  it('sends an event again under the same ID, with a fresh signature, until it is taken', async () => {
    const sent = endpoint((_, nth) =>
      nth < 4 ? new Response('', { status: [0, 400, 302, 500][nth] ?? 0 }) : thanks(),
    )
    await postEvent(form)
    for (let i = 0; i < 4; i++) {
      await runAlarm()
      passTime(HOUR)
    }

    expect(await listed()).toMatchObject([
      { type: 'sign-customiser.form.submitted', state: 'relayed', attempts: 4 },
    ])
    expect(new Set(sent.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(new Set(sent.map(({ headers }) => headers['webhook-signature'])).size).toBe(4)
    expect(new Set(sent.map(({ url }) => url))).toEqual(new Set([EVENTS_URL]))
  })

  it('outlives a restart', async () => {
    const sent = endpoint(thanks)
    await postEvent(form)
    await restartLedger()
    await runAlarm()
    expect(received(sent)).toHaveLength(1)
  })

  it('stops at a 410 until the setting changes, and then sends what waited', async () => {
    const sent = endpoint(() => new Response('', { status: 410 }))
    await postEvent(form)
    await runAlarm()
    await postEvent({ order: { order_id: 1 } })
    passTime(24 * HOUR)
    await runAlarm()
    await ledger().sweep()
    expect(sent).toHaveLength(1)

    await changeSettings({ EVENTS_URL: 'https://store.test/new' })
    await restartLedger()
    vi.restoreAllMocks()
    const later = outsideAnswers(thanks)
    await runAlarm()

    expect(new Set(later.map(({ url }) => url))).toEqual(new Set(['https://store.test/new']))
    expect((await listed()).map(({ state }) => state)).toEqual(['relayed', 'relayed'])
  })

  it('waits while its secret is missing, and writes nothing once the address is blank', async () => {
    const sent = endpoint(thanks)
    await changeSettings({ EVENTS_SECRET: '' })
    await postEvent(form)
    await runAlarm()
    expect(sent).toEqual([])
    expect(await listed()).toMatchObject([{ state: 'queued', attempts: 0 }])

    await changeSettings({ EVENTS_URL: '', EVENTS_SECRET })
    await postEvent({ order: { order_id: 1 } })
    await runAlarm()
    expect(sent).toEqual([])
    expect(await listed()).toHaveLength(1)
  })
})

describe('an endpoint that hangs', () => {
  it('keeps no order from going out, not even one that falls due meanwhile', async () => {
    await postDesign({ product_id: 1 })
    await runAlarm()
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    let isDown = true
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const sent = outsideAnswers(async ({ url }) => {
      if (url !== EVENTS_URL) return isDown ? down() : accepted()
      await released
      return thanks()
    })
    for (let n = 0; n < 10; n++) await postEvent({ order: { order_id: n } })
    await postOrder(anOrder('early'))
    const run = runAlarm()
    await vi.waitFor(() => expect(sent.filter(isEvent).length).toBe(2))

    isDown = false
    await postOrder(anOrder('fresh'))
    expect((await readOrder('fresh')).state).toBe('relayed')
    passTime(31 * SECOND)
    await vi.waitFor(async () => expect((await readOrder('early')).state).toBe('relayed'), 5_000)

    expect(sent.filter(isEvent)).toHaveLength(2)
    release()
    await run
  })

  it('holds two connections at most, so that four orders go out at once', async () => {
    await postDesign({ product_id: 1 })
    await runAlarm()
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const sent = outsideAnswers(async ({ url }) => {
      await released
      return url === EVENTS_URL ? thanks() : accepted()
    })
    for (let n = 0; n < 10; n++) await postEvent({ order: { order_id: n } })
    const run = runAlarm()
    await vi.waitFor(() => expect(sent.length).toBe(2))
    const orders = ['a', 'b', 'c', 'd', 'e'].map((id) => postOrder(anOrder(id)))
    await vi.waitFor(() => expect(sent.length).toBe(6))

    release()
    const answers = await Promise.all(orders)
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 201, 202])
    await run
  })
})

describe('GET /deliveries', () => {
  it('lists newest first, by destination and state, page by page', async () => {
    await changeSettings({ ALERT_URL: 'https://chat.test/hook' })
    endpoint((_, nth) => (nth === 1 ? thanks() : down()))
    for (const order_id of [1, 2, 3]) await postEvent({ order: { order_id } })
    await runAlarm()

    const all = await listed()
    expect(all.map(({ type }) => type)).toEqual(Array(3).fill('sign-customiser.order.created'))
    expect(all.map(({ state }) => state).sort()).toEqual(['queued', 'queued', 'relayed'])
    expect(await listed('?state=relayed')).toHaveLength(1)
    expect(await listed('?state=queued&destination=events')).toHaveLength(2)
    expect(await listed('?destination=alerts')).toEqual([])

    const page = await (await fetchAsStore('/deliveries?limit=2')).json<{ next_cursor: string }>()
    expect(await listed(`?limit=2&cursor=${page.next_cursor}`)).toEqual(all.slice(2))
  })

  it.each(['?destination=orders', '?state=lost', '?limit=0'])('refuses %s', async (query) => {
    expect((await fetchAsStore(`/deliveries${query}`)).status).toBe(422)
  })
})

describe('POST /deliveries/{id}/retry', () => {
  const retry = (id: string) => fetchAsStore(`/deliveries/${id}/retry`, { method: 'POST' })

  it('sends what was given up again, at once', async () => {
    let isDown = true
    endpoint(() => (isDown ? down() : thanks()))
    await postEvent(form)
    passTime(73 * HOUR)
    await runAlarm()
    const [failed] = await listed('?state=failed')
    isDown = false

    const response = await retry(failed?.id ?? '')
    expect(response.status).toBe(202)
    expect(await response.json()).toMatchObject({
      id: failed?.id,
      state: 'relayed',
      history: [{ outcome: 'given-up' }, { outcome: 'retried' }, { outcome: 'relayed', status: 204 }],
    })
    expect((await retry(failed?.id ?? '')).status).toBe(409)
  })

  it('knows no orders', async () => {
    endpoint(thanks)
    await postDesign({ product_id: 1 })
    await postOrder(anOrder())
    expect((await retry('order-1')).status).toBe(404)
  })
})

describe('GET /events', () => {
  it('lists by topic, page by page', async () => {
    for (const order_id of [1, 2, 3]) await postEvent({ order: { order_id } })
    await postEvent(form)
    const page = await (await fetchAsStore('/events?topic=order:created&limit=2')).json<{
      events: { content_id: string }[]
      next_cursor: string
    }>()

    expect(page.events.map(({ content_id }) => content_id)).toEqual(['3', '2'])
    const rest = await fetchAsStore(`/events?topic=order:created&limit=2&cursor=${page.next_cursor}`)
    expect(await rest.json()).toMatchObject({ events: [{ content_id: '1' }], next_cursor: null })
  })
})
