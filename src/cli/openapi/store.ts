import { STATES } from '../../ledger/delivery.ts'
import { FORWARDED } from '../../ledger/delivery-views.ts'
import { RETRYABLE } from '../../ledger/retry.ts'
import { IMPORT, ORDER } from './examples.ts'
import { operation, type Parameter } from './operations.ts'

const id = (name: string): Parameter => ({ name, in: 'path', required: true, schema: { type: 'string' } })
const query = (name: string, schema: Parameter['schema'], description?: string): Parameter => ({
  name,
  in: 'query',
  schema,
  ...(description && { description }),
})

const limit = query('limit', { type: 'integer', minimum: 1, maximum: 200, default: 50 })
const cursor = query('cursor', { type: 'string' }, 'The next_cursor of the page before.')
const q = query(
  'q',
  { type: 'string', maxLength: 255 },
  'The beginning of an order ID, order number or product ID.',
)
const state = query('state', { enum: [...STATES] })

const store = { tag: 'store', security: 'store' } as const

export const STORE = {
  '/orders': {
    post: operation({
      ...store,
      summary: 'Hand in an order',
      description: 'Sign lines only. Send the same again after a 503 or a time-out: it is taken once.',
      body: { schema: 'NewOrder', examples: { order: ORDER } },
      answers: {
        200: ['The same order was taken before.', 'Order'],
        201: ['Relayed.', 'Order'],
        202: ['Taken; it will be relayed.', 'Order'],
      },
      problems: ['bearer', 'body', 'conflict'],
    }),
    get: operation({
      ...store,
      summary: 'List orders, newest first',
      parameters: [state, q, limit, cursor],
      answers: { 200: ['A page of orders.', 'Orders'] },
      problems: ['bearer', 'query'],
    }),
  },
  '/orders/{external_id}': {
    get: operation({
      ...store,
      summary: 'What became of an order',
      parameters: [id('external_id')],
      answers: { 200: ['The order with every attempt.', 'Order'] },
      problems: ['bearer', 'missing'],
    }),
  },
  '/orders/{external_id}/retry': {
    post: operation({
      ...store,
      summary: 'Try an order again',
      parameters: [id('external_id')],
      answers: { 202: ['It is in the queue, or was tried.', 'Order'] },
      problems: ['bearer', 'missing', 'conflict'],
    }),
  },
  '/orders/retry': {
    post: operation({
      ...store,
      summary: 'Try all orders of a state again',
      parameters: [{ ...query('state', { enum: [...RETRYABLE] }), required: true }],
      answers: { 202: ['How many.', 'Retried'] },
      problems: ['bearer', 'query'],
    }),
  },
  '/products': {
    get: operation({
      ...store,
      summary: 'List designs, newest first',
      parameters: [q, limit, cursor],
      answers: { 200: ['A page of designs.', 'Products'] },
      problems: ['bearer', 'query'],
    }),
  },
  '/products/{external_id}': {
    get: operation({
      ...store,
      summary: 'A design as it was signed',
      description: 'The store takes its price from here, never from the browser.',
      parameters: [id('external_id')],
      answers: { 200: ['The design.', 'Product'] },
      problems: ['bearer', 'missing'],
    }),
    put: operation({
      ...store,
      summary: 'Make a product ID known that was issued elsewhere',
      parameters: [id('external_id')],
      body: { schema: 'Import', examples: { sign: IMPORT } },
      answers: { 200: ['It was known.', 'Product'], 201: ['It is known now.', 'Product'] },
      problems: ['bearer', 'body', 'conflict'],
    }),
  },
  '/deliveries': {
    get: operation({
      ...store,
      summary: 'List forwarded events and alerts, newest first',
      parameters: [query('destination', { enum: [...FORWARDED] }), state, q, limit, cursor],
      answers: { 200: ['A page of deliveries.', 'Deliveries'] },
      problems: ['bearer', 'query'],
    }),
  },
  '/deliveries/{id}/retry': {
    post: operation({
      ...store,
      summary: 'Try a delivery again',
      parameters: [id('id')],
      answers: { 202: ['It is in the queue, or was tried.', 'Delivery'] },
      problems: ['bearer', 'missing', 'conflict'],
    }),
  },
  '/events': {
    get: operation({
      ...store,
      summary: 'List events received, newest first',
      parameters: [query('topic', { type: 'string' }), limit, cursor],
      answers: { 200: ['A page of events.', 'Events'] },
      problems: ['bearer', 'query'],
    }),
  },
  '/metrics': {
    get: operation({
      ...store,
      summary: 'Counters and gauges for Prometheus',
      answers: { 200: ['Prometheus text.', 'text/plain'] },
      problems: ['bearer'],
    }),
  },
}
