import * as v from 'valibot'
import { isObject } from './json.ts'
import type { FieldError } from './problem.ts'

/** What a validator found, each with its place as a JSON pointer (RFC 6901). */
export function fieldErrors(issues: readonly v.BaseIssue<unknown>[]): FieldError[] {
  return issues.map(({ path, message }) => ({
    pointer: (path ?? []).map(({ key }) => `/${escaped(String(key))}`).join(''),
    detail: message,
  }))
}

const escaped = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1')

/** An object, and not an array, which passes for one with a validator as it does with JavaScript. */
export const anObject = (message: string) => v.pipe(v.unknown(), v.check(isObject, message))
