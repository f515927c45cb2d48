import { err, ok, type Result } from '../result.ts'
import type { FieldError, Refusal } from './problem.ts'

/** What every list takes. `before` is a sequence number: the page holds what came earlier. */
export interface ListQuery {
  q: string | null
  limit: number
  before: number
}

/** Reads `q`, `limit` (1 to 200, default 50) and `cursor`, or says which of them is wrong. */
export function readListQuery(query: Record<string, string>): Result<ListQuery, Refusal> {
  const { q = '', limit = '50', cursor = `${Number.MAX_SAFE_INTEGER}` } = query
  const errors: FieldError[] = []
  if (q.length > 255) errors.push({ pointer: '/q', detail: 'must be at most 255 characters' })
  if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > 200)
    errors.push({ pointer: '/limit', detail: 'must be a whole number from 1 to 200' })
  if (!/^\d{1,16}$/.test(cursor))
    errors.push({ pointer: '/cursor', detail: 'must be the next_cursor of the page before' })
  if (errors.length > 0) return err(invalidQuery(errors))
  return ok({ q: q === '' ? null : q, limit: Number(limit), before: Number(cursor) })
}

export const invalidQuery = (errors: readonly FieldError[]): Refusal => ({
  code: 'invalid-query',
  detail: 'A query parameter is wrong: see errors.',
  errors,
})

/** A cursor is opaque to the caller; null on the last page. */
export const cursorOf = (next: number | null) => (next === null ? null : `${next}`)
