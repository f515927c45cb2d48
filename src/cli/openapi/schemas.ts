import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema'
import type { GenericSchema } from 'valibot'
import { isObject } from '../../http/json.ts'
import { FORWARDED, STATES } from '../../ledger/delivery.ts'
import { orderSchema } from '../../sign-customiser/order.ts'
import { decisionSchema } from '../../store/orders.ts'
import { importSchema } from '../../store/products.ts'

export type Schema = JsonSchema

export const ref = (name: keyof typeof SCHEMAS): Schema => ({ $ref: `#/components/schemas/${name}` })

const nullable = (type: 'string' | 'integer'): Schema => ({ type: [type, 'null'] })
const time: Schema = { type: 'string', format: 'date-time' }
const timeOrNull: Schema = { type: ['string', 'null'], format: 'date-time' }
const text: Schema = { type: 'string' }

/** An answer's object: every member is always there. */
const exactly = (properties: Record<string, Schema>, optional: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
})

const listed = (name: string, of: Schema): Schema =>
  exactly({ [name]: { type: 'array', items: of }, next_cursor: nullable('string') })

const orderView: Record<string, Schema> = {
  external_id: text,
  external_order_number: text,
  source: text,
  state: { enum: [...STATES] },
  attempts: { type: 'integer' },
  next_attempt_at: timeOrNull,
  may_have_arrived: {
    type: 'boolean',
    description:
      'An answer was lost, so it may be there already; of a relayed order, that it may be there twice.',
  },
  sign_customiser_order_id: { type: ['string', 'number', 'null'] },
  last_error: nullable('string'),
  received_at: time,
  relayed_at: timeOrNull,
  confirmed_at: { ...timeOrNull, description: 'When its order:created came.' },
  warnings: {
    type: 'array',
    description: 'What looks wrong about it although it was taken.',
    items: exactly({ code: text, pointer: text, detail: text }),
  },
}

const history: Schema = {
  type: 'array',
  items: exactly({
    at: time,
    outcome: text,
    status: nullable('integer'),
    duration_ms: nullable('integer'),
    detail: nullable('string'),
  }),
}

const design: Record<string, Schema> = {
  external_id: text,
  product_id: nullable('string'),
  source: text,
  title: nullable('string'),
  description: nullable('string'),
  price: { ...nullable('integer'), description: 'In minor units: 2999 is 29.99.' },
  compare_price: nullable('integer'),
  currency: text,
  image: nullable('string'),
  created_at: nullable('string'),
  updated_at: nullable('string'),
  received_at: time,
}

const deliveryView: Record<string, Schema> = {
  id: text,
  destination: { enum: [...FORWARDED] },
  type: text,
  state: { enum: [...STATES] },
  attempts: { type: 'integer' },
  next_attempt_at: timeOrNull,
  last_error: nullable('string'),
  received_at: time,
  relayed_at: timeOrNull,
}

const event: Record<string, Schema> = {
  id: text,
  topic: text,
  source: text,
  content_id: nullable('string'),
  repeats: { type: 'integer' },
  received_at: time,
  payload: { description: 'The body as it came; null once it was erased, or where it is not kept.' },
  note: { type: 'string', description: 'What came of an event that reports an order.' },
}

export const SCHEMAS = {
  NewOrder: demanded(orderSchema),
  Import: demanded(importSchema),
  Decision: demanded(decisionSchema),
  Order: exactly({ ...orderView, history }),
  Orders: listed('orders', exactly(orderView)),
  Retried: exactly({ retried: { type: 'integer' } }),
  Product: { ...exactly(design), additionalProperties: true } as Schema,
  Products: listed('products', exactly(design)),
  Delivery: exactly({ ...deliveryView, history }),
  Deliveries: listed('deliveries', exactly(deliveryView)),
  Events: listed('events', exactly(event, ['note'])),
  SignedProduct: {
    type: 'object',
    properties: {
      product: {
        type: 'object',
        description:
          'As Sign Customiser sends it; whatever is missing or of another kind is null in the design.',
      },
    },
    required: ['product'],
  } as Schema,
  Event: { type: 'object', description: 'One top-level key names the topic, unless ?topic= does.' } as Schema,
  ExternalId: exactly({ external_id: text }),
  Ok: exactly({ ok: { const: true } }),
  Readiness: exactly({
    ready: { type: 'boolean' },
    checks: {
      type: 'object',
      additionalProperties: exactly({ status: { enum: ['ok', 'off', 'failed'] }, detail: text }, ['detail']),
    },
  }),
  Problem: exactly(
    {
      type: { type: 'string', pattern: '^/problems/[a-z-]+$' },
      title: text,
      status: { type: 'integer' },
      detail: text,
      request_id: { type: 'string', format: 'uuid' },
      errors: { type: 'array', items: exactly({ pointer: text, detail: text }) },
      order: { type: 'object' },
      upstream: exactly({ status: nullable('integer'), body: nullable('string') }),
    },
    ['errors', 'order', 'upstream'],
  ),
}

/** What a validator demands. A check that it can't express, but for being an object, throws. */
function demanded(schema: GenericSchema, more: Schema = {}): Schema {
  const { $schema: _, ...demands } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode: 'output',
    overrideAction: ({ valibotAction: action, jsonSchema }) => {
      if (action.type === 'check' && 'requirement' in action && action.requirement === isObject)
        return { ...jsonSchema, type: 'object' }
      // Patterns of OpenAPI are Unicode's as they are: the flag says nothing new.
      if (action.type === 'regex' && 'requirement' in action && action.requirement instanceof RegExp)
        return { ...jsonSchema, pattern: action.requirement.source }
      return undefined
    },
  })
  return { ...demands, ...more }
}
