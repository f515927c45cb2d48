import * as v from 'valibot'
import type { Design } from '../catalogue/design.ts'
import { Routes } from '../http/app.ts'
import { fieldErrors, jsonBody } from '../http/body.ts'
import type { Json } from '../http/json.ts'
import type { Refusal } from '../http/problem.ts'
import { refuse, settings } from '../http/refuse.ts'
import { askLedger } from '../ledger/ask.ts'
import { newOrder, type Order } from '../ledger/new-order.ts'
import type { Result } from '../result.ts'
import { whileSandboxed } from './demo.ts'

/** What a shopper waits at most for the first attempt, in milliseconds; the page asks on. */
const PATIENCE_MS = 1_000

const line = v.pipe(v.string(), v.trim(), v.maxLength(200))
const checkoutSchema = v.object({
  items: v.pipe(
    v.array(
      v.object({
        external_id: v.pipe(v.string(), v.maxLength(255)),
        quantity: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(99)),
      }),
    ),
    v.minLength(1),
    v.maxLength(50),
  ),
  customer: v.object({ first_name: line, last_name: line, email: line }),
  shipping_address: v.object({ address_1: line, city: line, postcode: line, country: line }),
})
type Checkout = v.InferOutput<typeof checkoutSchema>

type ParseOrder = (body: Json, integrationId: number) => Result<Order, Refusal>

/** The demo's checkout, in the place of a store's backend. It exists only beside a sandbox. */
export const demoOrders = (parseOrder: ParseOrder) =>
  new Routes()
    .post('/', whileSandboxed, settings(['SIGN_CUSTOMISER_INTEGRATION_ID']), jsonBody, async (c) => {
      const checkout = v.safeParse(checkoutSchema, c.var.json)
      if (!checkout.success)
        return refuse(c, {
          code: 'invalid-payload',
          detail: 'The checkout lacks something or holds something wrong: see errors.',
          errors: fieldErrors(checkout.issues),
        })

      const designs = await designsOf(c.env, checkout.output)
      const parsed = parseOrder(
        orderOf(checkout.output, designs),
        c.var.settings.SIGN_CUSTOMISER_INTEGRATION_ID,
      )
      if (!parsed.ok) return refuse(c, parsed.error)
      const { external_id } = parsed.value
      c.var.line.external_id = external_id
      const order = await newOrder(parsed.value, 'store')
      const submission = await askLedger(c.env, (ledger) => ledger.submit(order, PATIENCE_MS))
      if (submission.result === 'conflict' || submission.result === 'unknown-products')
        return refuse(c, { code: 'unknown-product', detail: 'A sign in this cart is not known: remove it.' })
      return c.json({ external_id }, 202)
    })

    .get('/:external_id', whileSandboxed, async (c) => {
      const external_id = c.req.param('external_id')
      const order = external_id.startsWith('demo-')
        ? await askLedger(c.env, (ledger) => ledger.order(external_id))
        : null
      if (!order)
        return refuse(c, { code: 'not-found', detail: 'There is no order of the demo with this ID.' })
      const { external_order_number, state, attempts, next_attempt_at, sign_customiser_order_id } = order
      return c.json({ external_order_number, state, attempts, next_attempt_at, sign_customiser_order_id })
    })

async function designsOf(env: Env, { items }: Checkout): Promise<Map<string, Design>> {
  const texts = await Promise.all(
    items.map(({ external_id }) => askLedger(env, (ledger) => ledger.design(external_id))),
  )
  const designs = texts
    .filter((json) => json !== null)
    .map((json): Design => JSON.parse(new TextDecoder().decode(json)))
  return new Map(designs.map((design) => [design.external_id, design]))
}

/** The order as a store's backend would send it: prices are those of the signed designs. */
function orderOf({ items, customer, shipping_address }: Checkout, designs: Map<string, Design>): Json {
  const id = crypto.randomUUID()
  const [first] = designs.values()
  const person = { first_name: customer.first_name, last_name: customer.last_name }
  return {
    external_id: `demo-${id}`,
    external_order_number: `DEMO-${id.slice(0, 6).toUpperCase()}`,
    ...(first && { currency: first.currency }),
    customer,
    billing_address: { ...person, ...shipping_address },
    shipping_address: { ...person, ...shipping_address },
    shipping_line: 'Standard',
    products: items.map(({ external_id, quantity }) => {
      const price = designs.get(external_id)?.price ?? null
      return { external_id, quantity, ...(price !== null && { price }) }
    }),
  }
}
