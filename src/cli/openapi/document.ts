import { BULK_RETRYABLE, FORWARDED, STATES } from '../../ledger/delivery.ts'
import { NAMED_TOPICS } from '../../sign-customiser/event.ts'
import { DESIGN, FORM_SUBMITTED, IMPORT, ORDER, ORDER_CREATED, SHOPLINE_ORDER } from './examples.ts'
import { ref, SCHEMAS, type Schema } from './schemas.ts'

interface Parameter {
  name: string
  in: 'path' | 'query'
  required?: boolean
  description?: string
  schema: Schema
}

const path = (name: string): Parameter => ({ name, in: 'path', required: true, schema: { type: 'string' } })
const query = (name: string, schema: Schema, description?: string): Parameter => ({
  name,
  in: 'query',
  schema,
  ...(description && { description }),
})

const beginning = (of: string) => query('q', { type: 'string', maxLength: 255 }, `The beginning of ${of}.`)
const state = query('state', { enum: [...STATES] })
const limit = query('limit', { type: 'integer', minimum: 1, maximum: 200, default: 50 })
const cursor = query('cursor', { type: 'string' }, 'The next_cursor of the page before.')

/** The statuses of the problems that operations share, by what raises them. */
const STATUSES = {
  /** Any operation. */
  fault: [500],
  signed: [401, 403, 413, 415, 429, 503],
  hint: [403, 404, 413, 415, 429, 503],
  json: [400, 422],
  bearer: [401, 403, 429, 503],
  token: [401, 403, 429],
  /** More questions than a shop's page has. */
  lookups: [429],
  body: [400, 413, 415, 422],
  query: [422],
  /** The product can't be made in the store. */
  store: [422, 502, 503],
  missing: [404],
  conflict: [409],
  setting: [503],
} as const

const vendors = { tag: 'vendors' } as const
const store = { tag: 'store', security: 'store' } as const
const open = { tag: 'open' } as const

/** What programs call. Left out are the pages for people, and what only these pages load: home, demo, console. */
const PATHS = {
  '/sign-customiser/products': {
    post: operation({
      ...vendors,
      summary: 'A new design: the Create Product URL',
      security: 'signCustomiser',
      body: { schema: 'SignedProduct', examples: { design: DESIGN } },
      answers: { 200: ['The ID that the order will quote.', 'ExternalId'] },
      problems: ['signed', 'json', 'store'],
    }),
  },
  '/sign-customiser/webhooks': {
    post: operation({
      ...vendors,
      summary: 'An event of a webhook subscription',
      security: 'signCustomiser',
      parameters: [
        query(
          'topic',
          { type: 'string', enum: [...NAMED_TOPICS] },
          'Names the topic, where the body’s top-level key may have it.',
        ),
      ],
      body: { schema: 'Event', examples: { order: ORDER_CREATED, form: FORM_SUBMITTED, product: DESIGN } },
      answers: { 200: ['It is recorded.', 'Ok'] },
      problems: ['signed', 'json'],
    }),
  },
  '/shopline/webhooks': {
    post: operation({
      ...vendors,
      summary: 'An event of SHOPLINE',
      description:
        'Answers webhook/verification, signed or not, in text/plain with the Base64 of SHOPLINE_APP_ID, else of SHOPLINE_MERCHANT_ID.',
      security: 'shopline',
      body: { schema: 'Event', examples: { order: SHOPLINE_ORDER } },
      answers: { 200: ['It is recorded.', 'Ok', 'text/plain'] },
      problems: ['signed', 'json'],
    }),
  },
  '/shopline/hooks/{key}': {
    post: operation({
      ...vendors,
      summary: 'An unsigned event of SHOPLINE, as a hint which order to fetch',
      description:
        'The key is SHOPLINE_HOOK_KEY. Topic and order ID are read, and nothing else. Answers webhook/verification as /shopline/webhooks does.',
      parameters: [path('key')],
      body: { schema: 'Event', examples: { order: SHOPLINE_ORDER } },
      answers: { 200: ['It is recorded.', 'Ok', 'text/plain'] },
      problems: ['hint', 'json'],
    }),
  },
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
      parameters: [
        state,
        query('may_have_arrived', { const: 'true' }),
        beginning('an order ID, order number or product ID'),
        limit,
        cursor,
      ],
      answers: { 200: ['A page of orders.', 'Orders'] },
      problems: ['bearer', 'query'],
    }),
  },
  '/orders/{external_id}': {
    get: operation({
      ...store,
      summary: 'What became of an order',
      parameters: [path('external_id')],
      answers: { 200: ['The order with every attempt.', 'Order'] },
      problems: ['bearer', 'missing'],
    }),
  },
  '/orders/{external_id}/retry': {
    post: operation({
      ...store,
      summary: 'Try an order again',
      parameters: [path('external_id')],
      answers: { 202: ['It is in the queue, or was tried.', 'Order'] },
      problems: ['bearer', 'missing', 'conflict'],
    }),
  },
  '/orders/{external_id}/cancel': {
    post: operation({
      ...store,
      summary: 'Withdraw an order',
      description: 'may_have_arrived says whether something may be at Sign Customiser already.',
      parameters: [path('external_id')],
      answers: {
        200: ['It is withdrawn: nothing more is sent.', 'Order'],
        202: ['An attempt is under way, and is the last.', 'Order'],
      },
      problems: ['bearer', 'missing', 'conflict'],
    }),
  },
  '/orders/{external_id}/settle': {
    post: operation({
      ...store,
      summary: 'Say whether an order has arrived, after looking at Sign Customiser',
      parameters: [path('external_id')],
      body: {
        schema: 'Decision',
        examples: { arrived: { arrived: true, sign_customiser_order_id: 691061 } },
      },
      answers: { 200: ['It is relayed, or queued again.', 'Order'] },
      problems: ['bearer', 'body', 'missing', 'conflict'],
    }),
  },
  '/orders/{external_id}/erase': {
    post: operation({
      ...store,
      summary: "Erase an order's content at a customer's wish",
      description: 'ID, number, digest and state stay. One that waits to be sent is not erased.',
      parameters: [path('external_id')],
      answers: { 200: ['It is erased.', 'Order'] },
      problems: ['bearer', 'missing', 'conflict'],
    }),
  },
  '/orders/retry': {
    post: operation({
      ...store,
      summary: 'Try all orders of a state again',
      parameters: [{ ...query('state', { enum: [...BULK_RETRYABLE] }), required: true }],
      answers: { 202: ['How many.', 'Retried'] },
      problems: ['bearer', 'query'],
    }),
  },
  '/products': {
    get: operation({
      ...store,
      summary: 'List designs, newest first',
      parameters: [beginning('an external_id or product_id'), limit, cursor],
      answers: { 200: ['A page of designs.', 'Products'] },
      problems: ['bearer', 'query'],
    }),
  },
  '/products/{external_id}': {
    get: operation({
      ...store,
      summary: 'A design as it was signed',
      description: 'The store takes its price from here, never from the browser.',
      parameters: [path('external_id')],
      answers: { 200: ['The design.', 'Product'] },
      problems: ['bearer', 'missing'],
    }),
    put: operation({
      ...store,
      summary: 'Make a product ID known that was issued elsewhere',
      parameters: [path('external_id')],
      body: { schema: 'Import', examples: { sign: IMPORT } },
      answers: { 200: ['It was known.', 'Product'], 201: ['It is known now.', 'Product'] },
      problems: ['bearer', 'body', 'conflict'],
    }),
    delete: operation({
      ...store,
      summary: "Erase a design's content at a customer's wish",
      description: 'The ID stays known, and orders of it still go out.',
      parameters: [path('external_id')],
      answers: { 204: ['It is erased.'] },
      problems: ['bearer', 'missing'],
    }),
  },
  '/deliveries': {
    get: operation({
      ...store,
      summary: 'List forwarded events and alerts, newest first',
      parameters: [query('destination', { enum: [...FORWARDED] }), state, limit, cursor],
      answers: { 200: ['A page of deliveries.', 'Deliveries'] },
      problems: ['bearer', 'query'],
    }),
  },
  '/deliveries/{id}/retry': {
    post: operation({
      ...store,
      summary: 'Try a delivery again',
      parameters: [path('id')],
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
  '/health': {
    get: operation({
      ...open,
      summary: 'Does the Worker run?',
      answers: { 200: ['It does.', 'Ok'] },
      problems: [],
    }),
  },
  '/ready': {
    get: operation({
      ...open,
      summary: 'Can the bridge do its work?',
      description: 'With the store’s token each check is told, without it only those that failed.',
      answers: {
        200: ['It can; check by check.', 'Readiness'],
        503: ['It lacks something; check by check.', 'Readiness'],
      },
      problems: ['token'],
    }),
  },
  '/openapi.json': {
    get: operation({
      ...open,
      summary: 'This document',
      answers: {
        200: ['OpenAPI 3.1.', 'application/json'],
        304: ['Yours is the same.'],
        307: ['The address has a slash too many at its end.'],
      },
      problems: [],
    }),
  },
  '/problems/{code}': {
    get: operation({
      ...open,
      summary: 'What a problem means and what to do',
      parameters: [path('code')],
      answers: {
        200: ['A page.', 'text/html'],
        304: ['Yours is the same.'],
        307: ['The address has a slash too many at its end.'],
        404: [
          'There is no such problem: a page for browsers, else a problem.',
          'text/html',
          'application/problem+json',
        ],
      },
      problems: [],
    }),
  },
  '/storefront/products/{product_id}': {
    get: operation({
      ...open,
      summary: 'The product ID of a design that was just made',
      description:
        'For pages of STORE_ORIGINS. The design may still be on its way: ask again after Retry-After.',
      parameters: [path('product_id')],
      answers: { 200: ['Its ID.', 'ExternalId'] },
      problems: ['missing', 'setting', 'lookups'],
    }),
  },
  '/embed.js': {
    get: operation({
      ...open,
      summary: 'The storefront’s script',
      answers: { 200: ['JavaScript.', 'text/javascript'], 304: ['Yours is the same.'] },
      problems: ['setting'],
    }),
  },
}

/** Every route for programs, as OpenAPI 3.1. What a request must hold comes from the validators themselves. */
export const DOCUMENT = {
  openapi: '3.1.0',
  info: {
    title: 'Sign Customiser Bridge',
    version: '1',
    description:
      'Every answer but this document and the pages of problems has an x-request-id. Errors are RFC 9457 problems; their type leads to a page that says what to do.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/' }],
  tags: [
    { name: 'vendors', description: 'Signed by Sign Customiser or SHOPLINE.' },
    { name: 'store', description: 'For the store’s backend.' },
    { name: 'open', description: 'For anyone.' },
  ],
  paths: PATHS,
  components: {
    schemas: SCHEMAS,
    responses: {
      Problem: {
        description: 'What is wrong, and where.',
        headers: { 'Retry-After': { schema: { type: 'string' } } },
        content: { 'application/problem+json': { schema: ref('Problem') } },
      },
    },
    securitySchemes: {
      signCustomiser: {
        type: 'apiKey',
        in: 'header',
        name: 'x-webhook-signature',
        description: 'Hex HMAC-SHA-256 of x-webhook-timestamp (Unix seconds), a full stop and the raw body.',
      },
      shopline: {
        type: 'apiKey',
        in: 'query',
        name: 'sign',
        description:
          'Hex HMAC-SHA-256 of x-shopline-developer-event-timestamp, a colon and the JSON with sorted keys.',
      },
      store: { type: 'http', scheme: 'bearer', description: 'STORE_API_TOKEN' },
    },
  },
}

type SchemaName = keyof typeof SCHEMAS

interface Description {
  summary: string
  description?: string
  tag: 'vendors' | 'store' | 'open'
  security?: 'signCustomiser' | 'shopline' | 'store'
  parameters?: readonly Parameter[]
  body?: { schema: SchemaName; examples: Record<string, unknown> }
  /** Status, what it says, and the schemas or media types that its body may have. */
  answers: Record<number, readonly [description: string, ...contents: (SchemaName | `${string}/${string}`)[]]>
  problems: readonly (keyof typeof STATUSES)[]
}

/** One operation of OpenAPI 3.1. Every one may also meet a fault of ours. */
function operation({
  tag,
  summary,
  description,
  security,
  parameters,
  body,
  answers,
  problems,
}: Description) {
  const refused = [...problems, 'fault' as const].flatMap((name) => STATUSES[name])
  return {
    tags: [tag],
    summary,
    ...(description && { description }),
    ...(security && { security: [{ [security]: [] }] }),
    ...(parameters?.length && { parameters }),
    ...(body && {
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: ref(body.schema),
            examples: Object.fromEntries(
              Object.entries(body.examples).map(([name, value]) => [name, { value }]),
            ),
          },
        },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, [description, ...contents]]) => [
          status,
          {
            description,
            ...(contents.length > 0 && { content: Object.assign({}, ...contents.map(contentOf)) }),
          },
        ]),
      ),
      ...Object.fromEntries(
        [...new Set(refused)]
          .filter((status) => !(status in answers))
          .map((status) => [`${status}`, { $ref: '#/components/responses/Problem' }]),
      ),
    },
  }
}

function contentOf(content: string) {
  if (content === 'application/problem+json') return { [content]: { schema: ref('Problem') } }
  return content.includes('/')
    ? { [content]: { schema: content.endsWith('json') ? {} : { type: 'string' } } }
    : { 'application/json': { schema: ref(content as SchemaName) } }
}
