import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import * as v from 'valibot'
import { type Faults, fail } from './faults.ts'
import { readJson } from './input.ts'
import { type Value, write } from './shopline-json.ts'
import type { ShoplineWebhooks } from './shopline-webhooks.ts'

type Api = { Variables: { isOfApp: boolean } }

const productSchema = v.object({
  product: v.looseObject({
    title_translations: v.looseObject({ en: v.string() }),
    price: v.pipe(v.number(), v.gtValue(0)),
    sku: v.optional(v.string()),
  }),
})

/** A product as it was made. The same `sku` twice is two of these: two products would be in the store. */
export interface ShoplineProduct {
  id: string
  product: v.InferOutput<typeof productSchema>['product']
}

/** What a token may do, as it is ticked under Settings > Staff Settings > API Auth. The names are ours. */
export const SCOPES = ['orders', 'products', 'webhooks'] as const
export type Scope = (typeof SCOPES)[number]

const subscriptionSchema = v.looseObject({
  address: v.pipe(v.string(), v.url()),
  topics: v.pipe(v.array(v.string()), v.minLength(1)),
})

interface ShoplineApiOptions {
  /** Bearer tokens: the store's own, and that of a Developer Center app where there is one. */
  accessToken: string
  appToken?: string
  /** The merchant's handle, which every call must bring as its User-Agent. */
  handle: string
  merchantId: string
  scopes: Set<Scope>
  webhooks: ShoplineWebhooks
  faults: Faults
  products: ShoplineProduct[]
  orders: Map<string, Value>
  freshId: () => string
}

/**
 * SHOPLINE's Open API as far as the bridge uses it: products made and looked for, orders read, webhooks subscribed to, a token
 * looked into. Errors are guesses, and so is what tells an app's token.
 */
export function shoplineApi(options: ShoplineApiOptions): Hono<Api> {
  const { accessToken, appToken, handle, merchantId, scopes, webhooks, faults, products, orders, freshId } =
    options
  const admitted = createMiddleware<Api>(async function admitted(c, next) {
    const token = c.req.header('authorization') ?? ''
    const isOfApp = appToken !== undefined && token === `Bearer ${appToken}`
    if (!isOfApp && token !== `Bearer ${accessToken}`)
      return c.json({ error: 'Unauthorized', code: 'Unauthorized' }, 401)
    if (c.req.header('user-agent') !== handle)
      return c.json({ error: 'User-Agent must be the merchant handle', code: 'Forbidden' }, 403)
    c.set('isOfApp', isOfApp)
    return next()
  })
  const may = (scope: Scope) =>
    createMiddleware<Api>(async function may(c, next) {
      if (scopes.has(scope)) return next()
      return c.json({ error: `The token may not use ${scope}`, code: 'Forbidden' }, 403)
    })
  return new Hono<Api>()
    .use(admitted)
    .use('/products/*', may('products'))
    .use('/orders/*', may('orders'))
    .use('/webhooks/*', may('webhooks'))

    .get('/token/info', (c) =>
      c.json({
        ...(!c.var.isOfApp && { staff: { _id: freshId(), merchant_ids: [merchantId], name: 'API' } }),
        merchant: { _id: merchantId, handle, name: 'The sandbox’s shop' },
      }),
    )

    .get('/webhooks', (c) => {
      const perPage = Number(c.req.query('per_page') ?? 24)
      const page = Number(c.req.query('page') ?? 1)
      const all = webhooks.subscriptions
      return c.json({
        items: all.slice((page - 1) * perPage, page * perPage),
        pagination: {
          current_page: page,
          per_page: perPage,
          total_count: all.length,
          total_pages: Math.ceil(all.length / perPage),
        },
      })
    })

    .post('/webhooks', async (c) => {
      const parsed = v.safeParse(subscriptionSchema, await readJson(c.req.raw))
      if (!parsed.success) return c.json({ error: 'Invalid webhook', code: 'InvalidRequest' }, 422)
      const { address, topics } = parsed.output
      const made = await webhooks.subscribe(address, topics, c.var.isOfApp)
      return 'error' in made ? c.json({ ...made, code: 'InvalidRequest' }, 422) : c.json(made)
    })

    .get('/products', (c) => c.json({ items: products.map(({ id, product }) => ({ id, ...product })) }))

    .get('/products/search', (c) => {
      const found = products.filter(({ product }) => product.sku === c.req.query('sku'))
      return c.json({ items: found.map(({ id, product }) => ({ id, ...product })) })
    })

    .post('/products', async (c) => {
      const fault = faults.next()
      if (fault && !fault.recorded) return fail(fault, c.req.raw)
      const parsed = v.safeParse(productSchema, await readJson(c.req.raw))
      if (!parsed.success) return c.json({ error: 'Invalid product', code: 'InvalidRequest' }, 422)
      const made = { id: freshId(), product: parsed.output.product }
      products.push(made)
      return fault ? fail(fault, c.req.raw) : c.json({ id: made.id, ...made.product })
    })

    .get('/orders', (c) => {
      const items = write([...orders.values()], { keys: 'as they come', numbers: 'written', escapes: true })
      return c.body(`{"items":${items}}`, 200, { 'content-type': 'application/json' })
    })

    .get('/orders/:id', async (c) => {
      const fault = faults.next()
      if (fault) return fail(fault, c.req.raw)
      const order = orders.get(c.req.param('id'))
      if (order === undefined) return c.json({ error: 'Not found', code: 'NotFound' }, 404)
      const text = write(order, { keys: 'as they come', numbers: 'written', escapes: true })
      return c.body(text, 200, { 'content-type': 'application/json' })
    })
}
