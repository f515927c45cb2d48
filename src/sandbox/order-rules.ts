import { type Input, isInput } from './input.ts'
import type { FieldErrors } from './invalid.ts'

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
export function orderErrors(order: Input, integrationId: number): FieldErrors {
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

export const linesOf = (order: Input): unknown[] => (Array.isArray(order.products) ? order.products : [])

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
