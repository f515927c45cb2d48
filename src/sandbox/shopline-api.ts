import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import * as v from 'valibot'
import { type Faults, fail } from './faults.ts'
import { readJson } from './input.ts'
import { type Value, write } from './shopline-json.ts'

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

interface ShoplineApiOptions {
  accessToken: string
  /** The merchant's handle, which every call must bring as its User-Agent. */
  handle: string
  faults: Faults
  products: ShoplineProduct[]
  orders: Map<string, Value>
  freshId: () => string
}

/** SHOPLINE's Open API as far as the bridge uses it: products made and looked for, orders read. Errors are guesses. */
export function shoplineApi(options: ShoplineApiOptions): Hono {
  const { accessToken, handle, faults, products, orders, freshId } = options
  const admitted = createMiddleware(async function admitted(c, next) {
    if (c.req.header('authorization') !== `Bearer ${accessToken}`)
      return c.json({ error: 'Unauthorized', code: 'Unauthorized' }, 401)
    if (c.req.header('user-agent') !== handle)
      return c.json({ error: 'User-Agent must be the merchant handle', code: 'Forbidden' }, 403)
    return next()
  })
  return new Hono()
    .use(admitted)
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

    .get('/orders/:id', async (c) => {
      const fault = faults.next()
      if (fault) return fail(fault, c.req.raw)
      const order = orders.get(c.req.param('id'))
      if (order === undefined) return c.json({ error: 'Not found', code: 'NotFound' }, 404)
      const text = write(order, { keys: 'as they come', numbers: 'written', escapes: true })
      return c.body(text, 200, { 'content-type': 'application/json' })
    })
}
