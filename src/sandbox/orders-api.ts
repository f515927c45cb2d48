import { Hono } from 'hono'
import { orderCreated } from './event-bodies.ts'
import { type Faults, fail } from './faults.ts'
import { type Input, isInput, readJson } from './input.ts'
import { invalid } from './invalid.ts'
import { linesOf, orderErrors } from './order-rules.ts'
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
