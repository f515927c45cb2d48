import * as v from 'valibot'

/** A JSON object that came in, of which nothing is known yet. */
export type Input = Record<string, unknown>

export const isInput = (value: unknown): value is Input =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The lines of an order, whatever they are. */
export const linesOf = (order: Input): unknown[] => (Array.isArray(order.products) ? order.products : [])

/** Reads a body as JSON: an empty one is `{}`, one that is no JSON is undefined. */
export async function readJson(request: Request): Promise<unknown> {
  const text = await request.text()
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Takes whole numbers between two bounds. */
export const whole = (least: number, most: number) =>
  v.pipe(
    v.number('must be a number'),
    v.integer('must be a whole number'),
    v.minValue(least, `must be at least ${least}`),
    v.maxValue(most, `must be at most ${most}`),
  )

/** What is wrong with each field, under its dotted name: `products.0.external_id`. */
export type FieldErrors = Record<string, string[]>

/** Laravel's answer to input that fails its rules: 422 with the first complaint and all of them by field. */
export function invalid(errors: FieldErrors): Response {
  const [first = 'The given data was invalid.', ...others] = Object.values(errors).flat()
  const more =
    others.length === 0 ? '' : ` (and ${others.length} more ${others.length === 1 ? 'error' : 'errors'})`
  return Response.json({ message: first + more, errors }, { status: 422 })
}

/** A validator's findings in the same form. */
export function errorsOf(issues: readonly v.BaseIssue<unknown>[]): FieldErrors {
  const errors: FieldErrors = {}
  for (const { path, message } of issues) {
    const field = (path ?? []).map(({ key }) => String(key)).join('.') || 'body'
    errors[field] = [...(errors[field] ?? []), `${field} ${message}.`]
  }
  return errors
}
