import { Hono } from 'hono'
import * as v from 'valibot'
import { prefixed, sign } from '../signing/hmac.ts'
import { type Faults, faultSchema } from './faults.ts'
import { errorsOf, type Input, invalid, isInput, readJson } from './input.ts'
import type { ShoplineProduct } from './shopline-api.ts'
import { type Members, type Value, type Writing, write } from './shopline-json.ts'
import { shoplineOrder } from './shopline-order.ts'

interface ShoplineControlOptions {
  appSecret: string
  /** Where the webhooks are posted. */
  webhooksUrl: string
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

/** What the real SHOPLINE has no call for: what was made, a shopper's order with its signed webhook, failures. */
export function shoplineControl(options: ShoplineControlOptions): Hono {
  const { products, orders, faults, freshId, now } = options
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
      const event: Value = {
        trace_id: crypto.randomUUID(),
        ts: `${now()}000000`,
        event: 'Order',
        topic,
        merchant_id: '5f0bda5e4e5fca0010c81fef',
        resource: thin ? { _id: id } : order,
      }
      const answer = await deliver(event, SPELLINGS[spelling], options)
      if (answer === null) return c.json({ message: `Nothing answers at ${options.webhooksUrl}.` }, 502)
      return c.json({ id, answer })
    })

    .post('/faults', async (c) => {
      const parsed = v.safeParse(faultSchema, await readJson(c.req.raw))
      if (!parsed.success) return invalid(errorsOf(parsed.issues))
      faults.add(parsed.output)
      return c.json({ faults: faults.waiting })
    })
}

/** Posts an event as SHOPLINE signs it; the body is written otherwise than what is signed. Null when no answer came. */
async function deliver(
  event: Value,
  signedAs: Writing,
  { appSecret, webhooksUrl, now }: ShoplineControlOptions,
): Promise<{ status: number; body: string } | null> {
  const timestamp = `${Math.floor(now() / 1000)}`
  const message = new TextEncoder().encode(write(event, signedAs))
  const signature = await sign(appSecret, prefixed(`${timestamp}:`, message))
  const response = await fetch(`${webhooksUrl}?sign=${signature}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-shopline-developer-event-timestamp': timestamp },
    body: write(event, SPELLINGS.raw),
  }).catch(() => null)
  return response && { status: response.status, body: await response.text() }
}
