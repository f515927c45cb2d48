import { err, ok, type Result } from '../result.ts'
import type { Refusal } from './problem.ts'

export type Json = null | boolean | number | string | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json
}

/** Deeper nesting has no use here and would let a sender overflow whatever walks the value. */
export const MOST_LEVELS = 128

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/**
 * Parses a body as JSON: UTF-8 without repairs, a leading byte-order mark skipped, the last of duplicate keys,
 * at most 128 levels deep. `__proto__` is a key like any other.
 */
export function parseJson(bytes: Uint8Array): Result<{ value: Json; text: string }, Refusal> {
  const json = parseAnyDepth(bytes)
  if (!json.ok || isWithin(json.value.value, MOST_LEVELS)) return json
  return malformed(`The body is nested deeper than ${MOST_LEVELS} levels.`)
}

function parseAnyDepth(bytes: Uint8Array): Result<{ value: Json; text: string }, Refusal> {
  try {
    const text = utf8.decode(bytes)
    return ok({ value: JSON.parse(text), text })
  } catch (error) {
    if (error instanceof SyntaxError) return malformed('The body is not valid JSON.')
    if (error instanceof TypeError) return malformed('The body is not valid UTF-8.')
    throw error
  }
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Most members are no containers, so they are told apart before a call is made for them. */
function isWithin(value: Json, levels: number): boolean {
  if (!isContainer(value)) return true
  if (levels === 0) return false
  if (Array.isArray(value)) {
    for (const member of value) if (isContainer(member) && !isWithin(member, levels - 1)) return false
    return true
  }
  for (const key in value) {
    const member = value[key] ?? null
    if (isContainer(member) && !isWithin(member, levels - 1)) return false
  }
  return true
}

const isContainer = (value: Json): value is Json[] | JsonObject => typeof value === 'object' && value !== null

const malformed = (detail: string) => err<Refusal>({ code: 'malformed-json', detail })
