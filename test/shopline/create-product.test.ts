import { createExecutionContext, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import bridge from '../../src/index.ts'
import { prefixed, sign } from '../../src/signing/hmac.ts'
import {
  accepted,
  fetchAsStore,
  fetchBridge,
  freezeTime,
  ledger,
  outsideAnswers,
  passTime,
  restartLedger,
  runAlarm,
  SECOND,
  type Sent,
  skipWaiting,
  startAfresh,
  utf8,
} from '../bridge.ts'
import payload from '../payloads/sign-customiser/product-created.json'
import { alertsOn, listAlerts, orderEvent, report } from './shopline.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

const ID = '65b0c0ffee00000000000001'
const made = (id = ID) => Response.json({ id, sku: 'sc-1' })
const failWith = (status: number, headers = {}) => new Response('{}', { status, headers })
const isMaking = ({ url, body }: Sent) => url.endsWith('/v1/products') && body !== null
const isSearch = ({ url }: Sent) => url.includes('/v1/products/search')
const makings = (sent: Sent[]) => sent.filter(isMaking)

/** SHOPLINE answers the makings one after the other, the last one ever after; it finds what `found` says. */
function shopline(
  ...answers: [() => Response | Promise<Response>, ...(() => Response | Promise<Response>)[]]
) {
  let making = 0
  const found: unknown[] = []
  const sent = outsideAnswers((request) => {
    if (isSearch(request)) return Response.json({ items: found })
    if (!isMaking(request)) return accepted()
    return (answers[Math.min(making++, answers.length - 1)] ?? answers[0])()
  })
  return { sent, found }
}

/** Sends a product callback to a bridge whose store is SHOPLINE. */
async function design(product: object = payload.product, settings = {}): Promise<Response> {
  const body = JSON.stringify({ product })
  const timestamp = `${Math.floor(Date.now() / SECOND)}`
  const request = new Request<unknown, IncomingRequestCfProperties>(
    'https://bridge.test/sign-customiser/products',
    {
      method: 'POST',
      body,
      headers: {
        'x-webhook-timestamp': timestamp,
        'x-webhook-signature': await sign('integration-secret', prefixed(`${timestamp}.`, utf8(body))),
      },
    },
  )
  const bound = { ...env, STORE: 'shopline', ...settings } as Env
  return bridge.fetch(request, bound, createExecutionContext())
}

const answerOf = async (response: Response) => {
  const body = await response.json<{ external_id?: string; type?: string }>()
  return [response.status, body.external_id ?? body.type?.replace('/problems/', '')]
}

describe('a design for a SHOPLINE store', () => {
  it("is made there as documented, and SHOPLINE's ID is answered", async () => {
    const { sent } = shopline(() => made())

    expect(await answerOf(await design())).toEqual([200, ID])
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatchObject({
      url: 'https://shopline.test/v1/products',
      headers: {
        authorization: 'Bearer access-token',
        'user-agent': 'our-shop',
        'content-type': 'application/json',
      },
    })
    const title = 'Custom Neon: Hello World'
    const description = 'Text: Hello World\nColour: Red\nFont: Comics'
    expect(sent[0]?.body).toEqual({
      ignore_product_media_errors: true,
      product: {
        title_translations: { en: title, 'zh-hant': title },
        description_translations: { en: description, 'zh-hant': description },
        price: 100,
        images: [payload.product.product_image_url],
        sku: 'sc-1',
        status: 'hidden',
        unlimited_quantity: true,
      },
    })
  })

  it('is found by both IDs, and its orders are relayed', async () => {
    const { sent } = shopline(() => made())
    await design()

    expect(await (await fetchAsStore(`/products/${ID}`)).json()).toMatchObject({
      external_id: ID,
      product_id: '1',
    })
    expect(await (await fetchBridge('/storefront/products/1')).json()).toEqual({ external_id: ID })
    expect((await fetchAsStore('/products/sc-1')).status).toBe(404)

    expect(await report(orderEvent({ subtotal_items: [{ item_id: ID }] }))).toBe('accepted')
    await runAlarm()
    expect(sent.at(-1)?.body).toMatchObject({ products: [{ external_id: ID }] })
  })

  it.each([
    ['2', 2999, 29.99],
    ['0', 2999, 2999],
    ['3', 1, 0.001],
    ['2', 1010, 10.1],
  ])('has its price in major units: with %s decimals %i is %d', async (CURRENCY_DECIMALS, price, major) => {
    const { sent } = shopline(() => made())
    await design({ ...payload.product, price }, { CURRENCY_DECIMALS })

    expect(sent[0]?.body).toMatchObject({ product: { price: major } })
  })

  it.each([
    ['_id', { _id: ID }],
    ['item', { item: { id: ID } }],
  ])('takes its ID from %s too', async (_, answer) => {
    shopline(() => Response.json(answer, { status: 201 }))

    expect(await answerOf(await design())).toEqual([200, ID])
  })

  it('is made once, however often its callback comes, over a restart', async () => {
    const { sent } = shopline(() => made())

    await design()
    await design({ ...payload.product, title: 'Changed' })
    await restartLedger()

    expect(await answerOf(await design())).toEqual([200, ID])
    expect(makings(sent)).toHaveLength(1)
  })

  it('is made once when ten callbacks come at once', async () => {
    skipWaiting()
    const { sent } = shopline(() => made())

    const answers = await Promise.all(Array.from({ length: 10 }, () => design()))

    for (const answer of answers) expect(await answerOf(answer)).toEqual([200, ID])
    expect(makings(sent)).toHaveLength(1)
  })

  it('has callbacks come again when another one takes so long that no second would be left to make it', async () => {
    const waits = skipWaiting()
    await runInDurableObject(ledger(), (instance) => instance.claimProduct('sc-1'))
    const { sent } = shopline(() => made())

    const response = await design()

    expect(response.headers.get('retry-after')).toBe('5')
    expect(await answerOf(response)).toEqual([503, 'store-unavailable'])
    expect(waits.filter((ms) => ms === 250).reduce((sum, ms) => sum + ms, 0)).toBe(5 * SECOND)
    expect(sent).toEqual([])
  })

  it('is looked for when whoever was making it died', async () => {
    await runInDurableObject(ledger(), (instance) => instance.claimProduct('sc-1'))
    passTime(11 * SECOND)
    const { sent, found } = shopline(() => made('another'))
    found.push({ id: 'no', sku: 'sc-11' }, { id: ID, sku: 'sc-1' })

    expect(await answerOf(await design())).toEqual([200, ID])
    expect(sent[0]?.url).toBe('https://shopline.test/v1/products/search?sku=sc-1')
    expect(makings(sent)).toEqual([])
  })

  it.each([
    ['the connection broke', () => Promise.reject(new Error('reset'))],
    ['a proxy gave up', () => failWith(504)],
    ['a page came instead', () => new Response('<html>', { status: 200 })],
    ['an answer had no ID', () => Response.json({ ok: true })],
  ])('is looked for before it is made again, after %s', async (_, lost) => {
    const { sent, found } = shopline(lost, () => made('second'))

    expect(await answerOf(await design())).toEqual([503, 'store-unavailable'])
    found.push({ id: ID, sku: 'sc-1' })
    expect(await answerOf(await design())).toEqual([200, ID])
    expect(makings(sent)).toHaveLength(1)
  })

  it('is made again when it is not there after a lost answer', async () => {
    const { sent } = shopline(
      () => failWith(502),
      () => made(),
    )
    await design()

    expect(await answerOf(await design())).toEqual([200, ID])
    expect(sent.map(isSearch)).toEqual([false, true, false])
  })

  it('is made again, and the log says so, where SHOPLINE has no search', async () => {
    const lines: string[] = []
    vi.spyOn(console, 'warn').mockImplementation((line) => void lines.push(line))
    let nth = 0
    outsideAnswers((request) => (isSearch(request) ? failWith(404) : nth++ === 0 ? failWith(500) : made()))
    await design()

    expect(await answerOf(await design())).toEqual([200, ID])
    expect(lines.join('\n')).toContain('search-unavailable')
  })

  it('is not made blindly when the search fails', async () => {
    let nth = 0
    const sent = outsideAnswers((request) =>
      isSearch(request) ? failWith(503) : nth++ === 0 ? failWith(500) : made(),
    )
    await design()

    expect(await answerOf(await design())).toEqual([503, 'store-unavailable'])
    expect(makings(sent)).toHaveLength(1)
  })

  it('gives up in time', async () => {
    const waits = skipWaiting()
    const hanging = outsideAnswers(() => new Promise(() => {}))
    vi.spyOn(globalThis, 'fetch').mockImplementation(
      (_, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))
        }),
    )

    expect(await answerOf(await design())).toEqual([503, 'store-unavailable'])
    expect(hanging).toEqual([])
    expect(Math.max(...waits)).toBeLessThan(8_000)
  })

  it.each([401, 403, 422, 400, 302])(
    'is refused with an alert, once, when SHOPLINE answers %i',
    async (status) => {
      await alertsOn()
      const { sent } = shopline(() => failWith(status))

      expect(await answerOf(await design())).toEqual([502, 'store-refused'])
      expect(await answerOf(await design())).toEqual([502, 'store-refused'])

      expect(makings(sent)).toHaveLength(2)
      expect(await listAlerts()).toMatchObject([
        { kind: status === 401 ? 'token-refused' : 'product-refused' },
      ])
      expect((await fetchAsStore('/products/sc-1')).status).toBe(404)
    },
  )

  it('tells of a missing permission again when it goes missing again', async () => {
    await alertsOn()
    shopline(
      () => failWith(403),
      () => made(),
      () => failWith(403),
    )
    await design()
    await design()
    await design({ ...payload.product, product_id: 2 })

    expect(await listAlerts()).toHaveLength(2)
  })

  it('leaves SHOPLINE alone for as long as it asks', async () => {
    const { sent } = shopline(
      () => failWith(429, { 'retry-after': '90' }),
      () => made(),
    )

    const first = await design()
    expect([first.status, first.headers.get('retry-after')]).toEqual([503, '90'])
    passTime(30 * SECOND)
    const second = await design({ ...payload.product, product_id: 2 })
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '60'])
    expect(makings(sent)).toHaveLength(1)

    passTime(60 * SECOND)
    expect((await design()).status).toBe(200)
    expect((await design({ ...payload.product, product_id: 2 })).status).toBe(200)
  })

  it.each([[null], [0], ['12']])('is refused without a price: %j', async (price) => {
    const { sent } = shopline(() => made())

    expect(await answerOf(await design({ ...payload.product, price }))).toEqual([422, 'invalid-payload'])
    expect(sent).toEqual([])
  })

  it.each(['SHOPLINE_ACCESS_TOKEN', 'SHOPLINE_MERCHANT_HANDLE'])(
    'can not be made without %s',
    async (name) => {
      const { sent } = shopline(() => made())

      expect(await answerOf(await design(payload.product, { [name]: '' }))).toEqual([503, 'not-configured'])
      expect(sent).toEqual([])
    },
  )

  it('is not acknowledged when its ID could not be kept, and found the next time', async () => {
    const { sent, found } = shopline(() => made())
    const stub = env.LEDGER.getByName('ledger')
    const getByName = vi.spyOn(env.LEDGER, 'getByName').mockImplementation(
      () =>
        new Proxy(stub, {
          get: (target, name) =>
            name === 'settleProduct'
              ? () => Promise.reject(new Error('overloaded'))
              : Reflect.get(target, name, target),
        }),
    )
    expect((await design()).status).toBe(503)
    getByName.mockRestore()

    found.push({ id: ID, sku: 'sc-1' })
    passTime(11 * SECOND)
    expect(await answerOf(await design())).toEqual([200, ID])
    expect(makings(sent)).toHaveLength(1)
  })
})
