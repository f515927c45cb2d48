import * as v from 'valibot'
import type { FieldError } from './problem.ts'

/** What a validator found, each with its place as a JSON pointer (RFC 6901). */
export function fieldErrors(issues: readonly v.BaseIssue<unknown>[]): FieldError[] {
  return issues.map(({ path, message }) => ({
    pointer: (path ?? []).map(({ key }) => `/${escaped(String(key))}`).join(''),
    detail: message,
  }))
}

const escaped = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1')

/** An array passes for an object with a validator, as it does with JavaScript. */
export const notAList = <T extends object>(message: string) =>
  v.check<T, string>((value) => !Array.isArray(value), message)
