import { Hono } from 'hono'
import { control } from './control.ts'
import { designer } from './designer/routes.ts'
import { Faults } from './faults.ts'
import type { Input } from './input.ts'
import { ordersApi, type ReceivedOrder } from './orders-api.ts'
import { SCOPES, type ShoplineProduct, shoplineApi } from './shopline-api.ts'
import { shoplineControl } from './shopline-control.ts'
import type { Value } from './shopline-json.ts'
import { ShoplineWebhooks } from './shopline-webhooks.ts'
import { type Receiver, Subscriptions } from './subscriptions.ts'

export interface ShoplineOptions {
  /** Signs the webhooks of the app. */
  appSecret: string
  appId: string
  merchantId: string
  /** What the Open API asks for as a Bearer token: the store's own, or the app's where there is one. */
  accessToken: string
  appToken?: string
  /** What it asks for as User-Agent. */
  handle: string
  /** Where the app's webhooks are posted, as its page in the Developer Center says; nowhere by default. */
  webhooksUrl?: string
}

export interface SandboxOptions {
  /** What `POST /api/v2/orders` asks for as a Bearer token. */
  apiToken: string
  integrationId: number
  /** Signs the product callback. */
  integrationSecret: string
  /** Where a design is posted. */
  createProductUrl: string
  /** Where events are posted, as webhook subscriptions do; nowhere by default. */
  events?: Receiver
  /** Stands in for SHOPLINE too. */
  shopline?: ShoplineOptions
  /** Answers 422 to an order whose `external_id` was taken before; off by default. */
  refuseDuplicates?: boolean
  /** The time in milliseconds. */
  now?: () => number
}

/**
 * A stand-in for Sign Customiser: its orders API, its designer, its signed product callback and events, and `/sandbox/…` to
 * steer them. Where asked it stands in for SHOPLINE too.
 *
 * It keeps everything in memory, uses nothing of Node and reaches out by the global `fetch` only. A dropped connection is a
 * `ConnectionDropped` thrown out of `fetch`.
 */
export function sandbox({
  refuseDuplicates = false,
  now = Date.now,
  shopline,
  ...options
}: SandboxOptions): Hono {
  const shared = {
    faults: new Faults(),
    orders: [] as ReceivedOrder[],
    designs: new Map<unknown, Input>(),
    subscriptions: new Subscriptions(options.events ?? null, now),
    freshId: freshIds(now),
    now,
  }
  const app = new Hono()
  app.route('/', ordersApi({ ...options, ...shared, refuseDuplicates }))
  app.route('/', designer({ ...options, ...shared }))
  app.route('/sandbox', control({ ...options, ...shared }))
  if (shopline) addShopline(app, shopline, shared.freshId, now)
  app.notFound((c) => c.json({ message: `The sandbox has no ${c.req.method} ${c.req.path}.` }, 404))
  app.onError((fault) => {
    throw fault
  })
  return app
}

function addShopline(app: Hono, options: ShoplineOptions, freshNumber: () => number, now: () => number) {
  const freshId = () => freshNumber().toString(16).padStart(24, '0')
  const shared = {
    ...options,
    webhooks: new ShoplineWebhooks(options, options.webhooksUrl, freshId, now),
    scopes: new Set(SCOPES),
    faults: new Faults(),
    products: [] as ShoplineProduct[],
    orders: new Map<string, Value>(),
    freshId,
    now,
  }
  app.route('/v1', shoplineApi(shared))
  app.route('/sandbox/shopline', shoplineControl(shared))
}

/** Makes IDs that are new here and after a restart: milliseconds of the clock, each above the one before. */
function freshIds(now: () => number): () => number {
  let last = 0
  return () => {
    last = Math.max(now(), last + 1)
    return last
  }
}
