import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  accepted,
  changeSettings,
  freezeTime,
  ledger,
  postDesign,
  runAlarm,
  startAfresh,
  utf8,
} from '../bridge.ts'
import { judge, watchLog } from './judge.ts'
import { type Hostile, requestOf } from './requests.ts'
import { everyRoute } from './routes.ts'

/** The routes that read a body. */
const routes = (await everyRoute()).filter(
  ({ method, path }) => (method === 'POST' || method === 'PUT') && !/retry|cancel|erase/.test(path),
)
const headers: [string, string][] = [['content-type', 'application/json']]
const LIMIT = 1_048_576

beforeEach(async () => {
  freezeTime()
  watchLog()
  await changeSettings({ DEMO: 'sandbox', SIGN_CUSTOMISER_API_URL: 'http://localhost:1' })
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => accepted())
  await postDesign({ product_id: 1 })
})
afterEach(startAfresh)

/** A body in chunks of 16 KB, `chunks` of them or until it breaks; counts the bytes that were asked for. */
function streamed(chunks: number, end: 'close' | 'break') {
  const asked = { bytes: 0 }
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        await Promise.resolve()
        if (chunks-- > 0) {
          asked.bytes += 16_384
          controller.enqueue(new Uint8Array(16_384).fill(0x20))
        } else if (end === 'close') controller.close()
        else controller.error(new Error('Network connection lost.'))
      },
    },
    { highWaterMark: 0 },
  )
  return { body, asked }
}

async function withBody(
  route: { method: string; path: string },
  body: BodyInit,
  more = {},
): Promise<Request> {
  const path = route.path.replaceAll(/:\w+/g, 'sc-1')
  const request = await requestOf({ ...route, path, proof: 'right', headers, body: utf8('') }, 1)
  return new Request(request.url, {
    method: route.method,
    headers: { ...Object.fromEntries(request.headers), ...more },
    body,
  })
}

describe.each(routes)('$method $path', (route) => {
  it('stops reading an endless body at the limit', async () => {
    const { body, asked } = streamed(Number.POSITIVE_INFINITY, 'close')
    const response = await judge(await withBody(route, body))

    expect(response.status).toBe(413)
    expect(asked.bytes).toBeLessThan(LIMIT + 65_536)
  })

  it.each(['1048577', '99999999999999999999', '-1', '1e9', 'NaN'])(
    'reads nothing of a body that says it is %s long',
    async (length) => {
      const { body, asked } = streamed(Number.POSITIVE_INFINITY, 'close')
      const response = await judge(await withBody(route, body, { 'content-length': length }))

      expect(response.status).toBe(413)
      expect(asked.bytes).toBe(0)
    },
  )

  it.each(['gzip', 'br', 'identity, gzip'])(
    'reads nothing of a body that is compressed: %s',
    async (encoding) => {
      const { body, asked } = streamed(3, 'close')
      const response = await judge(await withBody(route, body, { 'content-encoding': encoding }))

      expect(response.status).toBe(415)
      expect(await response.json()).toMatchObject({
        type: '/problems/unsupported-media-type',
        detail: expect.stringContaining('without Content-Encoding'),
      })
      expect(asked.bytes).toBe(0)
    },
  )

  it('refuses a body that breaks off, which is no fault of ours', async () => {
    const { body } = streamed(3, 'break')
    expect((await judge(await withBody(route, body))).status).toBe(400)
  })
})

const send = async (request: Partial<Hostile> & Pick<Hostile, 'method' | 'path'>, text = '{}') =>
  judge(await requestOf({ proof: 'right', headers, body: utf8(text), ...request }, 1))

it('answers half a million wrong lines briefly', async () => {
  const lines = `${'0,'.repeat(500_000)}0`
  const order = `{"external_id":"a","external_order_number":"b","products":[${lines}]}`
  const response = await send({ method: 'POST', path: '/orders' }, order)

  expect(response.status).toBe(422)
  expect((await response.text()).length).toBeLessThan(1_000)
})

it('refuses to import a product under an ID for which KV has no key, and has none', async () => {
  const path = `/products/${'é'.repeat(253)}`

  expect((await send({ method: 'PUT', path })).status).toBe(422)
  expect((await send({ method: 'GET', path })).status).toBe(404)
  expect(await runAlarm()).toBe(false)
  expect(await ledger().design('é'.repeat(253))).toBeNull()
})

it('imports a product under the longest ID, and serves it from KV', async () => {
  const path = `/products/${'é'.repeat(252)}`

  expect((await send({ method: 'PUT', path })).status).toBe(201)
  expect((await send({ method: 'GET', path })).status).toBe(200)
})
