import { exports } from 'cloudflare:workers'
import type { Hono } from 'hono'
import { vi } from 'vitest'
import { type SandboxOptions, type ShoplineOptions, sandbox } from '../../src/sandbox/sandbox.ts'

/** A sandbox that fits the settings of the tests. */
export const OPTIONS: SandboxOptions = {
  apiToken: 'api-token',
  integrationId: 42,
  integrationSecret: 'integration-secret',
  createProductUrl: 'https://bridge.test/sign-customiser/products',
}

/** SHOPLINE's part of it. */
export const SHOPLINE: ShoplineOptions = {
  appSecret: 'app-secret',
  appId: '6139d3970c0972001cf52180',
  merchantId: '5f0bda5e4e5fca0010c81fef',
  accessToken: 'access-token',
  appToken: 'app-token',
  handle: 'our-shop',
}

/** The same with webhook subscriptions, whose events are held until `release`. */
export async function withEvents(options: Partial<SandboxOptions> = {}): Promise<Hono> {
  const url = 'https://bridge.test/sign-customiser/webhooks'
  const app = sandbox({ ...OPTIONS, events: { url, secret: 'webhook-secret' }, ...options })
  await app.request('/sandbox/events/hold', { method: 'POST' })
  return app
}

/** Sends the events that were held; returns how they were answered. */
export async function release(app: Hono, how: object = {}): Promise<(number | null)[]> {
  const response = await post(app, '/sandbox/events/release', how)
  const { events } = await response.json<{ events: { answers: (number | null)[] }[] }>()
  return events.flatMap(({ answers }) => answers)
}

/** Posts JSON, or text as it is. */
export const post = async (
  app: Hono,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Response> =>
  app.fetch(
    new Request(`https://sign-customiser.test${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
      ...(signal && { signal }),
    }),
  )

export const postOrder = (app: Hono, order: unknown, signal?: AbortSignal) =>
  post(app, '/api/v2/orders', order, { authorization: 'Bearer api-token' }, signal)

/** The orders that the sandbox took in, as they were sent. */
export async function received(app: Hono, query = ''): Promise<unknown[]> {
  const response = await app.request(`/sandbox/orders${query}`)
  const { orders } = await response.json<{ orders: { order: unknown }[] }>()
  return orders.map(({ order }) => order)
}

/** Makes the outside world one sandbox and this bridge: whatever either of them fetches reaches the other. */
export function fetchFromOutside(app: Hono): void {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input as Request, init as RequestInit)
    return new URL(request.url).host === 'bridge.test' ? exports.default.fetch(request) : app.fetch(request)
  })
}

/** Has the sandbox make a design and hand it to the bridge; returns the ID that the bridge answered. */
export async function designIn(app: Hono, product: object = {}): Promise<string> {
  const response = await post(app, '/sandbox/designs', { product })
  const { answer } = await response.json<{ answer: { body: { external_id: string } } }>()
  return answer.body.external_id
}

/** Makes the sandbox's next calls fail. */
export const failNext = (app: Hono, fault: object) => post(app, '/sandbox/faults', fault)
