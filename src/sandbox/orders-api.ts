import { Hono } from 'hono'
import { type Faults, fail } from './faults.ts'
import { type FieldErrors, type Input, invalid, isInput, linesOf, readJson } from './input.ts'
import { orderCreated } from './payloads.ts'
import type { Subscriptions } from './subscriptions.ts'

/** An order as it arrived. The same `external_id` twice is two of these: two signs would be made. */
export interface ReceivedOrder {
  order_id: number
  received_at: string
  order: Input
}

interface OrdersApiOptions {
  apiToken: string
  integrationId: number
  /** Answers 422 to an `external_id` that was taken before. The vendor does not say whether it does. */
  refuseDuplicates: boolean
  faults: Faults
  orders: ReceivedOrder[]
  designs: ReadonlyMap<unknown, Input>
  subscriptions: Subscriptions
  freshId: () => number
  now: () => number
}

/**
 * `POST /api/v2/orders` as the guide's part 3 describes it.
 *
 * The answer is that of the vendor's API reference; errors, which nothing documents, are Laravel's.
 */
export function ordersApi(options: OrdersApiOptions): Hono {
  return new Hono().post('/api/v2/orders', async (c) => {
    const fault = options.faults.next()
    if (fault && !fault.recorded) return fail(fault, c.req.raw)
    const answer = await take(c.req.raw, options)
    return fault ? fail(fault, c.req.raw) : answer
  })
}

async function take(request: Request, options: OrdersApiOptions): Promise<Response> {
  if (request.headers.get('authorization') !== `Bearer ${options.apiToken}`)
    return Response.json({ message: 'Unauthenticated.' }, { status: 401 })

  const input = await readJson(request)
  // Laravel reads what is no JSON object as no input at all.
  const order = isInput(input) ? input : {}
  const errors = orderErrors(order, options.integrationId)
  if (Object.keys(errors).length > 0) return invalid(errors)
  const isTaken = options.orders.some((received) => received.order.external_id === order.external_id)
  if (options.refuseDuplicates && isTaken)
    return invalid({ external_id: ['The external id has already been taken.'] })

  const order_id = options.freshId()
  const now = options.now()
  options.orders.push({ order_id, received_at: new Date(now).toISOString(), order })
  options.subscriptions.fire('order:created', orderCreated(order_id, order, options.designs, now))
  return Response.json({ order: answerOf(order_id, order) })
}

const answerOf = (order_id: number, order: Input) => ({
  order_id,
  external_id: order.external_id,
  external_order_number: order.external_order_number,
  currency: order.currency ?? null,
  shipping_line: order.shipping_line ?? null,
  products: linesOf(order)
    .filter(isInput)
    .map(({ external_id, quantity = 1, price = null }) => ({ external_id, quantity, price })),
})

type Rule = (value: unknown) => string | null

const string: Rule = (value) => (typeof value === 'string' ? null : 'must be a string')
const integer: Rule = (value) => (Number.isInteger(value) ? null : 'must be an integer')
const list: Rule = (value) => (typeof value === 'object' ? null : 'must be an array')
const atLeast =
  (least: number): Rule =>
  (value) =>
    integer(value) ?? (Number(value) >= least ? null : `must be at least ${least}`)

/** The guide's "Field Requirements"; the kinds of its optional fields are those of its example. */
const REQUIRED: Record<string, Rule> = {
  integration_id: integer,
  external_id: string,
  external_order_number: string,
  products: list,
}
const OPTIONAL: Record<string, Rule> = {
  currency: string,
  billing_address: list,
  shipping_address: list,
  shipping_line: string,
  customer: list,
}
const LINE_REQUIRED: Record<string, Rule> = { external_id: string }
const LINE_OPTIONAL: Record<string, Rule> = { quantity: atLeast(1), price: atLeast(0) }

/** Checks an order against the guide's required fields, in Laravel's words. No errors: it would be taken. */
function orderErrors(order: Input, integrationId: number): FieldErrors {
  const errors = { ...check(order, '', REQUIRED, OPTIONAL) }
  if (!errors.integration_id && order.integration_id !== integrationId)
    errors.integration_id = ['The selected integration id is invalid.']
  for (const [index, line] of linesOf(order).entries())
    Object.assign(
      errors,
      check(isInput(line) ? line : {}, `products.${index}.`, LINE_REQUIRED, LINE_OPTIONAL),
    )
  return errors
}

function check(
  fields: Input,
  prefix: string,
  required: Record<string, Rule>,
  optional: Record<string, Rule>,
): FieldErrors {
  const errors: FieldErrors = {}
  const complain = (name: string, complaint: string) => {
    errors[prefix + name] = [`The ${(prefix + name).replaceAll('_', ' ')} field ${complaint}.`]
  }
  for (const [name, rule] of Object.entries(required)) {
    const value = fields[name]
    const complaint = isEmpty(value) ? 'is required' : rule(value)
    if (complaint) complain(name, complaint)
  }
  for (const [name, rule] of Object.entries(optional)) {
    const value = fields[name]
    const complaint = value === undefined ? null : rule(value)
    if (complaint) complain(name, complaint)
  }
  return errors
}

/** What Laravel's `required` turns away. */
const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (typeof value === 'string' && value.trim() === '') ||
  (Array.isArray(value) && value.length === 0)
