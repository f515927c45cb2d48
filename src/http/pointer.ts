import type { BaseIssue } from 'valibot'
import type { FieldError } from './problem.ts'

/** What a validator found, each with its place as a JSON pointer (RFC 6901). */
export function fieldErrors(issues: readonly BaseIssue<unknown>[]): FieldError[] {
  return issues.map(({ path, message }) => ({
    pointer: (path ?? []).map(({ key }) => `/${escaped(String(key))}`).join(''),
    detail: message,
  }))
}

const escaped = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1')
