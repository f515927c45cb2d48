import { Hono } from 'hono'
import * as v from 'valibot'
import { type Faults, faultSchema } from './faults.ts'
import { errorsOf, type Input, invalid, isInput, readJson } from './input.ts'
import { SCOPES, type Scope, type ShoplineProduct } from './shopline-api.ts'
import type { Members, Value, Writing } from './shopline-json.ts'
import { shoplineOrder } from './shopline-order.ts'
import type { ShoplineWebhooks } from './shopline-webhooks.ts'

interface ShoplineControlOptions {
  merchantId: string
  webhooks: ShoplineWebhooks
  /** What the tokens may do. */
  scopes: Set<Scope>
  faults: Faults
  products: ShoplineProduct[]
  orders: Map<string, Value>
  freshId: () => string
  now: () => number
}

/** How the text that is signed may be written, since SHOPLINE does not say; the body itself is signed by `raw`. */
const SPELLINGS = {
  javascript: { keys: 'javascript', numbers: 'javascript', escapes: false },
  'javascript-written': { keys: 'javascript', numbers: 'written', escapes: false },
  'code-units': { keys: 'code units', numbers: 'javascript', escapes: false },
  'code-units-written': { keys: 'code units', numbers: 'written', escapes: false },
  raw: { keys: 'as they come', numbers: 'written', escapes: true },
} as const satisfies Record<string, Writing>

const orderSchema = v.strictObject(
  {
    /** A product of the stand-in; the newest by default. */
    product_id: v.optional(v.string('must be a string')),
    topic: v.optional(v.string('must be a string'), 'order/create'),
    spelling: v.optional(
      v.picklist(Object.keys(SPELLINGS) as (keyof typeof SPELLINGS)[], 'must be one of the spellings'),
      'javascript',
    ),
    /** Sends no more than the order's ID. */
    thin: v.optional(v.boolean('must be true or false'), false),
    /** Replaces fields of the order; with the ID of an earlier one it is sent again. */
    order: v.optional(v.custom<Input>(isInput, 'must be an object'), {}),
  },
  'must be an object',
)

const scopesSchema = v.strictObject(
  { scopes: v.array(v.picklist(SCOPES, `must be one of ${SCOPES.join(', ')}`), 'must be a list') },
  'must be an object',
)

/**
 * What the real SHOPLINE has no call for: what was made, a shopper's order with its webhooks, addresses that were cut off, what
 * the tokens may do, failures.
 */
export function shoplineControl(options: ShoplineControlOptions): Hono {
  const { merchantId, webhooks, scopes, products, orders, faults, freshId, now } = options
  return new Hono()
    .get('/products', (c) => c.json({ products }))

    .post('/orders', async (c) => {
      const parsed = v.safeParse(orderSchema, await readJson(c.req.raw))
      if (!parsed.success) return invalid(errorsOf(parsed.issues))
      const { product_id, topic, spelling, thin, order: overrides } = parsed.output
      const product =
        product_id === undefined ? products.at(-1) : products.find(({ id }) => id === product_id)
      if (!product) return c.json({ message: 'There is no such product: make a design first.' }, 404)

      const id = typeof overrides.id === 'string' ? overrides.id : freshId()
      const order = shoplineOrder(id, product, now(), overrides as Members)
      orders.set(id, order)
      const event: Members = {
        trace_id: crypto.randomUUID(),
        ts: `${now()}000000`,
        event: 'Order',
        topic,
        merchant_id: merchantId,
        resource: thin ? { _id: id } : order,
      }
      const answers = await webhooks.fire(event, topic, SPELLINGS[spelling])
      if (answers.includes(null)) return c.json({ message: 'Nothing answers at an address.', answers }, 502)
      const [answer = null] = answers
      return c.json({ id, answer, answers })
    })

    .get('/webhooks', (c) => c.json({ addresses: webhooks.addresses }))

    .post('/webhooks/resume', (c) => {
      webhooks.resume()
      return c.json({ addresses: webhooks.addresses })
    })

    .post('/scopes', async (c) => {
      const parsed = v.safeParse(scopesSchema, await readJson(c.req.raw))
      if (!parsed.success) return invalid(errorsOf(parsed.issues))
      scopes.clear()
      for (const scope of parsed.output.scopes) scopes.add(scope)
      return c.json({ scopes: [...scopes] })
    })

    .post('/faults', async (c) => {
      const parsed = v.safeParse(faultSchema, await readJson(c.req.raw))
      if (!parsed.success) return invalid(errorsOf(parsed.issues))
      faults.add(parsed.output)
      return c.json({ faults: faults.waiting })
    })
}
