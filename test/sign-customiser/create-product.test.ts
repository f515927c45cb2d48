import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import worker from '../../src/index.ts'
import { prefixed, sign } from '../../src/signing/hmac.ts'
import {
  armed,
  type Flaw,
  fetchAsStore,
  freezeTime,
  MINUTE,
  NOW,
  passTime,
  postDesign,
  postSigned,
  runAlarm,
  SECOND,
  skipWaiting,
  startAfresh,
  utf8,
} from '../bridge.ts'
import payload from '../payloads/sign-customiser/product-created.json'

beforeEach(freezeTime)
afterEach(startAfresh)

const PATH = '/sign-customiser/products'
const inKv = async () => (await env.CATALOGUE.list()).keys.map(({ name }) => name)
const inLedger = async () =>
  (await (await fetchAsStore('/products')).json<{ products: { external_id: string }[] }>()).products
const priceInKv = async () => (await env.CATALOGUE.get<{ price: number }>('product:sc-1', 'json'))?.price
const priceServed = async () => (await (await fetchAsStore('/products/sc-1')).json<{ price: number }>()).price

describe('POST /sign-customiser/products', () => {
  it('answers the documented payload with an ID under which the design is found', async () => {
    const response = await postDesign(payload.product)

    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ external_id: 'sc-1' })
    expect(await env.CATALOGUE.get('product:sc-1', 'json')).toEqual({
      external_id: 'sc-1',
      product_id: '1',
      source: 'callback',
      title: 'Custom Neon: Hello World',
      description: payload.product.description,
      price: 10000,
      compare_price: 15000,
      currency: 'USD',
      image: payload.product.product_image_url,
      created_at: '2024-01-01T00:00:00.000000Z',
      updated_at: '2024-01-01T00:00:00.000000Z',
      received_at: new Date(NOW).toISOString(),
      product: payload.product,
    })
  })

  it('gives thirty callbacks at once one ID and one product', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => postDesign(payload.product)))

    for (const answer of answers) expect(await answer.json()).toEqual({ external_id: 'sc-1' })
    expect(await inLedger()).toHaveLength(1)
    expect(await inKv()).toEqual(['product:sc-1'])
  })

  it.each([
    ['a number', 77, 'sc-77'],
    ['text', 'Ab_9-x', 'sc-Ab_9-x'],
    ['the largest safe integer', 9007199254740991, 'sc-9007199254740991'],
  ])('makes the ID of a product_id that is %s', async (_, product_id, external_id) => {
    expect(await (await postDesign({ product_id })).json()).toEqual({ external_id })
  })

  it.each([
    ['missing', '{"product":{}}'],
    ['null', '{"product":{"product_id":null}}'],
    ['zero', '{"product":{"product_id":0}}'],
    ['too large to be exact', '{"product":{"product_id":12345678901234567890}}'],
    ['text with a slash', '{"product":{"product_id":"a/b"}}'],
    ['a list', '{"product":{"product_id":[1]}}'],
  ])('makes the ID of the body when product_id is %s', async (_, body) => {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(body)))
    const hex = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')

    const response = await postSigned(PATH, body)

    expect(await response.json()).toEqual({ external_id: `sc-${hex.slice(0, 20)}` })
  })

  it.each([
    ['after a byte-order mark', '\uFEFF{"product":{"product_id":1,"title":"ü"}}'],
    ['between blanks', ' \n{ "product" : {"product_id":1,"title":"ü"} }\r\n'],
    ['with an ID of its own beside it', '{"product":{"product_id":1,"title":"ü"},"external_id":"evil"}'],
    ['with a key twice', '{"product":{},"product":{"product_id":1,"title":"ü"}}'],
    ['with __proto__', '{"product":{"product_id":1,"title":"ü","__proto__":{"a":1}},"__proto__":1}'],
  ])('reads a body %s', async (_, body) => {
    await postSigned(PATH, body)

    expect(await env.CATALOGUE.get('product:sc-1', 'json')).toMatchObject({ external_id: 'sc-1', title: 'ü' })
  })

  it('reads leniently and keeps what it can not use', async () => {
    const product = {
      product_id: 5,
      title: 7,
      price: '12',
      compare_price: -1,
      currency: 'EUR',
      extra: [{ a: null }],
    }

    await postDesign(product)

    expect(await (await fetchAsStore('/products/sc-5')).json()).toMatchObject({
      title: null,
      price: null,
      compare_price: null,
      currency: 'EUR',
      product,
    })
  })
})

describe('a design that is signed again', () => {
  it('shows the newest by signed timestamp, whichever comes last', async () => {
    await postDesign({ product_id: 1, price: 100 }, { age: 20 })
    await postDesign({ product_id: 1, price: 300 }, { age: 5 })
    await postDesign({ product_id: 1, price: 200 }, { age: 10 })
    passTime(MINUTE)
    await runAlarm()

    expect(await priceInKv()).toBe(300)
    expect(await priceServed()).toBe(300)
  })

  it('is not put into KV again unless it changed', async () => {
    await postDesign({ product_id: 1, price: 100 })
    const put = vi.spyOn(env.CATALOGUE, 'put')
    passTime(SECOND)
    await postDesign({ product_id: 1, price: 100 })

    expect(put).not.toHaveBeenCalled()
  })
})

describe('when KV', () => {
  it('fails, the design is served from the ledger until the alarm has put it', async () => {
    const put = vi
      .spyOn(env.CATALOGUE, 'put')
      .mockRejectedValue(new Error('KV PUT failed: 429 Too Many Requests'))
    expect((await postDesign({ product_id: 1, price: 100 })).status).toBe(200)
    expect(await armed()).toBe(NOW + MINUTE)
    expect(await priceServed()).toBe(100)
    passTime(MINUTE)
    await runAlarm()
    expect(await inKv()).toEqual([])

    put.mockRestore()
    passTime(MINUTE)
    await runAlarm()

    expect(await priceInKv()).toBe(100)
  })

  it('hangs, the shopper waits a second at most', async () => {
    const waits = skipWaiting()
    vi.spyOn(env.CATALOGUE, 'put').mockReturnValue(new Promise(() => {}))
    expect((await postDesign({ product_id: 1, price: 100 })).status).toBe(200)
    expect(waits).toEqual([1000])
    expect(await armed()).toBe(NOW + MINUTE)

    vi.restoreAllMocks()
    passTime(MINUTE)
    await runAlarm()
    expect(await priceInKv()).toBe(100)
  })

  it('lags, an old price does not stay', async () => {
    await postDesign({ product_id: 1, price: 100 }, { age: 9 })
    vi.spyOn(env.CATALOGUE, 'put').mockResolvedValueOnce()
    await postDesign({ product_id: 1, price: 200 })
    expect(await priceInKv()).toBe(100)

    passTime(MINUTE)
    await runAlarm()

    expect(await priceInKv()).toBe(200)
  })

  it('can not be read, the ledger is asked', async () => {
    await postDesign({ product_id: 1, price: 100 })
    vi.spyOn(env.CATALOGUE, 'get').mockRejectedValue(new Error('KV GET failed: 500'))

    expect(await priceServed()).toBe(100)
  })
})

describe('when the ledger', () => {
  it('can not be reached, nothing is acknowledged and the same callback may come again', async () => {
    const reach = vi.spyOn(env.LEDGER, 'getByName').mockImplementation(() => {
      throw new Error('Durable Object is overloaded')
    })
    const refused = await postDesign({ product_id: 1, price: 100 })
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(await refused.json()).toMatchObject({ type: '/problems/storage-unavailable' })

    reach.mockRestore()
    expect(await (await postDesign({ product_id: 1, price: 100 })).json()).toEqual({ external_id: 'sc-1' })
    expect(await priceInKv()).toBe(100)
  })
})

const codeOf = async (response: Response) =>
  (await response.json<{ type: string }>()).type.replace('/problems/', '')

describe('a callback that is refused', () => {
  const REFUSED: [string, number, string, string, Flaw][] = [
    ['unsigned', 401, 'missing-signature', '{}', { signature: '' }],
    ['without a timestamp', 401, 'missing-signature', '{}', { timestamp: '' }],
    ['with a signature of 63 digits', 401, 'malformed-signature', '{}', { signature: 'a'.repeat(63) }],
    [
      'with a prefixed signature',
      401,
      'malformed-signature',
      '{}',
      { signature: `sha256=${'a'.repeat(64)}` },
    ],
    ['with words for a timestamp', 401, 'malformed-timestamp', '{}', { timestamp: 'now' }],
    ['with a fraction in the timestamp', 401, 'malformed-timestamp', '{}', { timestamp: `${NOW / 1000}.5` }],
    ['with a signed timestamp', 401, 'malformed-timestamp', '{}', { timestamp: `+${NOW / 1000}` }],
    ['301 seconds old', 401, 'timestamp-too-old', '{"product":{}}', { age: 301 }],
    ['301 seconds early', 401, 'timestamp-too-new', '{"product":{}}', { age: -301 }],
    ['signed in milliseconds', 401, 'timestamp-too-new', '{"product":{}}', { timestamp: `${NOW}` }],
    ['signed with another secret', 401, 'signature-mismatch', '{"product":{}}', { secret: 'another' }],
    ['changed after signing', 401, 'signature-mismatch', '{"product":{}}', { sentBody: '{"product": {}}' }],
    ['that is not JSON', 400, 'malformed-json', '{"product":{}', {}],
    ['that is empty', 400, 'malformed-json', '', {}],
    ['without a product', 422, 'invalid-payload', '{"order":{}}', {}],
    ['whose product is a list', 422, 'invalid-payload', '{"product":[]}', {}],
    ['that is a list', 422, 'invalid-payload', '[]', {}],
  ]

  it.each(REFUSED)('%s gets %i %s and stores nothing', async (_, status, code, body, flaw) => {
    const response = await postSigned(PATH, body, flaw)

    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await codeOf(response)).toBe(code)
    expect(await inKv()).toEqual([])
    expect(await inLedger()).toEqual([])
  })

  it.each([300, -300])('is not one that is %i seconds away from now', async (age) => {
    expect((await postDesign({ product_id: 1 }, { age })).status).toBe(200)
  })

  it('has invalid UTF-8', async () => {
    const body = new Uint8Array([...utf8('{"product":{"title":"'), 0xff, 0x22, 0x7d, 0x7d])
    expect(await codeOf(await postSigned(PATH, body))).toBe('malformed-json')
    expect((await postDesign({ product_id: 1 })).status).toBe(200)
  })

  it('is nested deeper than 128 levels', async () => {
    const nested = (levels: number) => `{"product":${'{"a":'.repeat(levels - 2)}{}${'}'.repeat(levels - 1)}`
    expect((await postSigned(PATH, nested(128))).status).toBe(200)
    expect(await codeOf(await postSigned(PATH, nested(129)))).toBe('malformed-json')
    expect(await codeOf(await postSigned(PATH, `{"product":${'['.repeat(100_000)}`))).toBe('malformed-json')
  })
})

describe('any body', () => {
  it('is taken when it is signed, and refused when a bit of body, signature or timestamp is spoiled', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.nat(),
        fc.nat(2),
        async (product, at, part) => {
          const body = utf8(JSON.stringify({ product }))
          const timestamp = `${NOW / 1000}`
          const signature = await sign('integration-secret', prefixed(`${timestamp}.`, body))
          expect((await postSigned(PATH, body)).status).toBe(200)

          const spoiled = body.slice()
          spoiled[at % body.length] = (spoiled[at % body.length] ?? 0) ^ (1 << (at % 7))
          const digit = (Number.parseInt(signature[at % 64] ?? '0', 16) ^ (1 << (at % 4))).toString(16)
          const flaw: Flaw = [
            { sentBody: spoiled },
            { signature: signature.slice(0, at % 64) + digit + signature.slice((at % 64) + 1) },
            { signature, timestamp: `${NOW / 1000 - 1 - (at % 299)}` },
          ][part] as Flaw
          expect((await postSigned(PATH, body, flaw)).status).toBe(401)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('any of several live secrets', () => {
  const call = async (secrets: string, secret: string) => {
    const timestamp = `${NOW / 1000}`
    const body = '{"product":{"product_id":1}}'
    const signature = await sign(secret, prefixed(`${timestamp}.`, utf8(body)))
    const request = new Request(`https://bridge.test${PATH}`, {
      method: 'POST',
      body,
      headers: { 'x-webhook-timestamp': timestamp, 'x-webhook-signature': signature },
    })
    const context = { waitUntil() {}, passThroughOnException() {}, props: {} } as unknown as ExecutionContext
    return worker.fetch(request, { ...env, SIGN_CUSTOMISER_INTEGRATION_SECRET: secrets }, context)
  }

  it('is enough', async () => {
    expect((await call('old-secret new-secret', 'old-secret')).status).toBe(200)
    expect((await call('old-secret new-secret', 'new-secret')).status).toBe(200)
    expect((await call('new-secret', 'old-secret')).status).toBe(401)
  })

  it.each([
    ['missing', '', 'is not set'],
    ['blank', '   ', 'is not set'],
    ['padded', ' secret', 'blank'],
    ['a placeholder', 'replace-with-the-integration-secret', 'placeholder'],
  ])('is named with a 503 when it is %s', async (_, secrets, detail) => {
    const response = await call(secrets, secrets || 'x')

    expect(response.status).toBe(503)
    const problem = await response.json<{ type: string; detail: string }>()
    expect(problem.type).toBe('/problems/not-configured')
    expect(problem.detail).toContain(`SIGN_CUSTOMISER_INTEGRATION_SECRET`)
    expect(problem.detail).toContain(detail)
  })
})
