import type { BaseIssue } from 'valibot'

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
export function errorsOf(issues: readonly BaseIssue<unknown>[]): FieldErrors {
  const errors: FieldErrors = {}
  for (const { path, message } of issues) {
    const field = (path ?? []).map(({ key }) => String(key)).join('.') || 'body'
    errors[field] = [...(errors[field] ?? []), `${field} ${message}.`]
  }
  return errors
}
