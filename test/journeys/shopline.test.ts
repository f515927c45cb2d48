import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import bridge from '../../src/index.ts'
import { type ShoplineOptions, sandbox } from '../../src/sandbox/sandbox.ts'
import { freezeTime, passTime, readOrder, restartLedger, runAlarm, SECOND, startAfresh } from '../bridge.ts'
import { designIn, failNext, OPTIONS, post, received, SHOPLINE } from '../sandbox/drive.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

/** An app whose page in the Developer Center names the bridge. */
const APP = { webhooksUrl: 'https://bridge.test/shopline/webhooks' }

/** Sign Customiser and SHOPLINE as one sandbox, around a bridge that serves a SHOPLINE store. */
function world(shopline: Partial<ShoplineOptions> = APP): Hono {
  const app = sandbox({ ...OPTIONS, shopline: { ...SHOPLINE, ...shopline } })
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input as Request, init as RequestInit) as Parameters<typeof bridge.fetch>[0]
    if (new URL(request.url).host !== 'bridge.test') return app.fetch(request)
    return bridge.fetch(request, { ...env, STORE: 'shopline' } as Env, createExecutionContext())
  })
  return app
}

/** Has a shopper buy what was designed last; returns the order's ID. */
async function buy(app: Hono, how: object = {}): Promise<string> {
  const bought = await post(app, '/sandbox/shopline/orders', how)
  const { id, answer } = await bought.json<{ id: string; answer: { status: number } }>()
  expect(answer.status).toBe(200)
  return id
}

const productsMade = async (app: Hono) =>
  (await (await app.request('/sandbox/shopline/products')).json<{ products: unknown[] }>()).products

describe('a SHOPLINE store', () => {
  it.each(['javascript', 'javascript-written', 'code-units', 'code-units-written', 'raw'])(
    'has its design made a product and its order relayed, signed in the spelling %s',
    async (spelling) => {
      const app = world()

      const productId = await designIn(app, { price: 3000, title: 'Custom Neon: <Open> & lit' })
      const orderId = await buy(app, { spelling })
      await runAlarm()

      expect(await productsMade(app)).toMatchObject([{ id: productId, product: { price: 30 } }])
      expect(await received(app)).toMatchObject([
        {
          external_id: orderId,
          currency: 'USD',
          customer: { first_name: '小明', last_name: '王' },
          products: [{ external_id: productId, quantity: 1, price: 3000 }],
        },
      ])
      expect(await readOrder(orderId)).toMatchObject({ state: 'relayed', source: 'shopline' })
    },
  )

  it('has its order fetched when the webhook merely points to it, though SHOPLINE fails at first', async () => {
    const app = world()
    const productId = await designIn(app)
    await post(app, '/sandbox/shopline/faults', { kind: 'status', status: 503 })

    const orderId = await buy(app, { thin: true })
    await runAlarm()
    await restartLedger()
    passTime(60 * SECOND)
    await runAlarm()
    await runAlarm()

    expect(await received(app)).toMatchObject([
      { external_id: orderId, products: [{ external_id: productId }] },
    ])
  })

  it('loses no order and sends none twice while Sign Customiser is away', async () => {
    const app = world()
    await designIn(app)
    await failNext(app, { kind: 'status', status: 503, count: 2 })

    const orderId = await buy(app)
    for (const spelling of ['raw', 'code-units']) await buy(app, { spelling, order: { id: orderId } })
    for (let run = 0; run < 4; run++) {
      await runAlarm()
      await restartLedger()
      passTime(600 * SECOND)
    }

    expect(await received(app)).toHaveLength(1)
    expect(await readOrder(orderId)).toMatchObject({ state: 'relayed', attempts: 3 })
  })

  it.each([
    ['made and the answer lost', true],
    ['not made', false],
  ])('gets one product for a design whose making was dropped: %s', async (_, recorded) => {
    const app = world()
    await post(app, '/sandbox/shopline/faults', { kind: 'drop', recorded })

    expect(await designIn(app, { product_id: 1 })).toBeUndefined()
    const productId = await designIn(app, { product_id: 1 })

    expect(await productsMade(app)).toMatchObject([{ id: productId, product: { sku: 'sc-1' } }])
  })
})

describe('a SHOPLINE store without an app of its own', () => {
  const HOOK = 'https://bridge.test/shopline/hooks/hook-key-hook-key-hook-key-hook-key'
  const ofStore = { authorization: 'Bearer access-token', 'user-agent': 'our-shop' }
  const subscribe = (app: Hono, topics: string[], address = HOOK) =>
    post(app, '/v1/webhooks', { address, topics }, ofStore)

  it('subscribes, and has its order fetched and relayed', async () => {
    const app = world({})
    expect((await subscribe(app, ['order/create'])).status).toBe(200)
    const productId = await designIn(app)

    const orderId = await buy(app)
    await runAlarm()
    await runAlarm()

    expect(await received(app)).toMatchObject([
      { external_id: orderId, products: [{ external_id: productId, quantity: 1 }] },
    ])
    expect(await readOrder(orderId)).toMatchObject({ state: 'relayed', source: 'shopline' })
  })

  it('can not subscribe an address whose key is wrong', async () => {
    const app = world({})

    const response = await subscribe(app, ['order/create'], HOOK.replace('hook-key', 'look-key'))

    expect([response.status, await response.json()]).toEqual([
      422,
      { error: 'Webhook verification failed', code: 'InvalidRequest' },
    ])
  })
})
