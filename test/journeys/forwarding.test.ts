import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import {
  anOrder,
  changeSettings,
  fetchAsStore,
  freezeTime,
  HOUR,
  MINUTE,
  passTime,
  postOrder,
  readOrder,
  restartLedger,
  runAlarm,
  startAfresh,
} from '../bridge.ts'
import { designIn, fetchFromOutside, post, release, withEvents } from '../sandbox/drive.ts'

const EVENTS_URL = 'https://store.test/events'
const EVENTS_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

beforeEach(freezeTime)
afterEach(startAfresh)

it('an hour without the events endpoint delays no order and loses no event', async () => {
  await changeSettings({ EVENTS_URL })
  const app = await withEvents()
  fetchFromOutside(app)
  const bridge = vi.mocked(fetch).getMockImplementation()
  const taken = new Map<string, string>()
  let isDown = true
  vi.mocked(fetch).mockImplementation(async (input, init) => {
    const request = new Request(input as Request, init as RequestInit)
    if (request.url !== EVENTS_URL) return bridge?.(request) ?? new Response()
    if (isDown) throw new TypeError('Network connection lost.')
    const headers = Object.fromEntries(request.headers)
    const body = new Webhook(EVENTS_SECRET).verify(await request.text(), headers) as { type: string }
    taken.set(headers['webhook-id'] ?? '', body.type)
    return new Response(null, { status: 204 })
  })

  await designIn(app, { product_id: 1 })
  for (let n = 0; n < 12; n++) {
    expect((await postOrder(anOrder(`order-${n}`))).status).toBe(201)
    await post(app, '/sandbox/forms', {})
    await release(app)
    await post(app, '/sandbox/events/hold', {})
    await runAlarm()
    passTime(5 * MINUTE)
  }
  expect(taken.size).toBe(0)
  await restartLedger()

  isDown = false
  for (let runs = 0; runs < 5; runs++) {
    passTime(5 * MINUTE)
    await runAlarm()
  }

  const count = (type: string) => [...taken.values()].filter((one) => one === type).length
  expect(count('product.created')).toBe(1)
  expect(count('order.relayed')).toBe(12)
  expect(count('sign-customiser.order.created')).toBe(12)
  expect(count('sign-customiser.form.submitted')).toBe(12)
  expect(await (await fetchAsStore('/deliveries?state=queued')).json()).toMatchObject({ deliveries: [] })
  expect(await readOrder('order-0')).toMatchObject({ state: 'relayed', attempts: 1 })
  passTime(HOUR)
  await runAlarm()
  expect(taken.size).toBe(37)
})
