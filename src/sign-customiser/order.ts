import * as v from 'valibot'
import { anObject, fieldErrors } from '../http/body.ts'
import { isObject, type Json, type JsonObject } from '../http/json.ts'
import type { Refusal } from '../http/problem.ts'
import type { Order, Warning } from '../ledger/new-order.ts'
import { err, ok, type Result } from '../result.ts'

const text = (what: string) =>
  v.pipe(
    v.string(`must be a string: ${what}`),
    v.regex(
      /^(?!\s)[^\p{Cc}]{1,255}(?<!\s)$/u,
      `must be 1 to 255 characters without blanks around them: ${what}`,
    ),
  )
const object = anObject('must be an object, or left out')

const line = v.looseObject(
  {
    external_id: text('the product ID that the bridge issued'),
    quantity: v.optional(
      v.pipe(
        v.number('must be a number'),
        v.safeInteger('must be a whole number'),
        v.minValue(1, 'must be at least 1'),
      ),
    ),
    price: v.optional(
      v.pipe(
        v.number('must be a number'),
        v.safeInteger('must be a whole number in minor units: 2999 is 29.99'),
        v.minValue(0, 'must not be below 0'),
      ),
    ),
  },
  'must be an object',
)

/**
 * An order as Sign Customiser's `POST /api/v2/orders` takes it; the guide's required fields are required. Unknown fields are
 * kept. `integration_id` may be left out, since the bridge puts it in.
 */
export const orderSchema = v.looseObject(
  {
    external_id: text("the store's own order ID, digits too as a string"),
    external_order_number: text('the number that people see, digits too as a string'),
    integration_id: v.optional(v.number('must be a number')),
    currency: v.optional(
      v.pipe(
        v.string('must be a string'),
        v.regex(/^[A-Z]{3}$/, 'must be three capital letters, such as USD'),
      ),
    ),
    billing_address: v.optional(object),
    shipping_address: v.optional(object),
    shipping_line: v.optional(v.string('must be a string')),
    customer: v.optional(object),
    products: v.pipe(
      // Counted before they are looked at: half a million wrong lines would be as many errors.
      v.array(v.unknown(), 'must be an array'),
      v.maxLength(500, 'must hold at most 500 lines'),
      v.array(line),
      v.minLength(1, 'must hold at least one line'),
      v.maxLength(500, 'must hold at most 500 lines'),
    ),
  },
  'must be an object',
)

/** Checks an order and fills in its defaults, or says of each wrong field what it must be. */
export function parseOrder(body: Json, integrationId: number): Result<Order, Refusal> {
  const parsed = v.safeParse(orderSchema, body)
  if (!parsed.success)
    return err({
      code: 'invalid-payload',
      detail: 'The order lacks something or holds something wrong: see errors.',
      errors: fieldErrors(parsed.issues),
    })
  const order = parsed.output
  if (order.integration_id !== undefined && order.integration_id !== integrationId)
    return err({
      code: 'invalid-payload',
      detail: 'The order is for another integration than this bridge serves.',
      errors: [
        { pointer: '/integration_id', detail: 'must match SIGN_CUSTOMISER_INTEGRATION_ID, or be left out' },
      ],
    })
  return ok({
    external_id: order.external_id,
    external_order_number: order.external_order_number,
    content: withDefaults(body),
    lines: order.products.map(({ external_id, price = null }) => ({ external_id, price })),
    warnings: warningsOf(body),
  })
}

/** The order as it came, not as the validator copied it, which drops keys such as `__proto__`. */
function withDefaults(body: Json): JsonObject {
  if (!isObject(body)) throw new Error('an order that was checked is no object')
  const { integration_id: _, products, ...rest } = body
  const lines = Array.isArray(products) ? products : []
  return { ...rest, products: lines.map((line) => (isObject(line) ? { quantity: 1, ...line } : line)) }
}

/** The fields of an address that Sign Customiser documents; others are passed on, but nobody promises to read them. */
const ADDRESS_FIELDS = new Set([
  'first_name',
  'last_name',
  'company',
  'address_1',
  'address_2',
  'city',
  'province',
  'postcode',
  'country',
  'phone',
  'email',
])

/** What looks wrong about an order that is taken all the same. */
function warningsOf(body: Json): Warning[] {
  if (!isObject(body)) return []
  const warnings: Warning[] = []
  if (!isObject(body.shipping_address) || Object.keys(body.shipping_address).length === 0)
    warnings.push({
      code: 'no-shipping-address',
      pointer: '/shipping_address',
      detail: 'is missing: the factory will not know where to send the sign',
    })
  for (const name of ['billing_address', 'shipping_address'] as const)
    for (const field of Object.keys(isObject(body[name]) ? body[name] : {}))
      if (!ADDRESS_FIELDS.has(field))
        warnings.push({
          code: 'unknown-address-field',
          pointer: `/${name}/${field.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1')}`,
          detail: 'is no field that Sign Customiser documents',
        })
  return warnings.slice(0, MOST_WARNINGS)
}

const MOST_WARNINGS = 20
