import type { Json, JsonObject } from '../http/json.ts'
import { markNumbers } from './number-literals.ts'

/** One way of writing the JSON that was signed, named as the log tells it. */
export interface Reading {
  name: string
  text: string
}

/**
 * The ways in which SHOPLINE's signer may have written a body, likeliest first: keys sorted at every depth in JavaScript's
 * order (integer-like ones first, by number) or by code units, numbers as JavaScript prints them or as written. Escapes such
 * as `\/` and `\u003c` count as the characters they stand for.
 *
 * The vendor's page leaves these open. Each reading is made only when it is asked for; one that has to equal an earlier one
 * is left out. `text` must be the JSON text of `json`, at most 128 levels deep; `json` may be changed.
 */
export function* canonicalReadings(json: Json, text: string): Generator<Reading> {
  yield { name: 'javascript-keys javascript-numbers', text: canonical(json, null) }

  // Nobody can have put an unknown mark into the body, so what is marked was marked here.
  const mark = crypto.randomUUID().slice(-12)
  const marked = markNumbers(text, numberMark(mark))
  const asWritten = (): Json => JSON.parse(marked)
  const isOdd = marked !== text
  if (isOdd)
    yield { name: 'javascript-keys written-numbers', text: unmark(canonical(asWritten(), null), mark) }

  if (!hasIntegerKeys(json)) return
  yield { name: 'code-unit-keys javascript-numbers', text: unmark(canonical(json, mark), mark) }
  if (isOdd)
    yield { name: 'code-unit-keys written-numbers', text: unmark(canonical(asWritten(), mark), mark) }
}

const canonical = (json: Json, mark: string | null) =>
  JSON.stringify(sorted(json, mark === null ? '' : keyMark(mark), new KeyOrders()))

/**
 * The value with its keys sorted by code units. JavaScript's objects list integer-like keys first all the same, unless the
 * keys beside them are marked with a `prefix`.
 */
function sorted(value: Json, prefix: string, orders: KeyOrders): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++)
      value[index] = sorted(value[index] ?? null, prefix, orders)
    return value
  }
  const keys = Object.keys(value)
  const keyPrefix = prefix !== '' && beginsWithDigit(keys) ? prefix : ''
  const copy: JsonObject = {}
  for (const key of orders.sorted(keys)) {
    const member = value[key] ?? null
    const copied = typeof member === 'object' ? sorted(member, prefix, orders) : member
    // Assigned, it would become the copy's prototype.
    if (key === '__proto__')
      Object.defineProperty(copy, keyPrefix + key, { value: copied, enumerable: true, writable: true })
    else copy[keyPrefix + key] = copied
  }
  return copy
}

/** Sorts lists of keys. Most objects of an order are of a few kinds, and to know a kind again costs less than to sort its keys. */
class KeyOrders {
  static readonly #MOST = 16
  readonly #known: { keys: readonly string[]; sorted: readonly string[] }[] = []

  sorted(keys: readonly string[]): readonly string[] {
    for (const known of this.#known) if (isSame(known.keys, keys)) return known.sorted
    const sorted = keys.toSorted()
    if (this.#known.length < KeyOrders.#MOST) this.#known.push({ keys, sorted })
    return sorted
  }
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false
  return true
}

/** An object lists its integer-like keys first, so the first key tells whether it may have one. */
const beginsWithDigit = ([first]: readonly string[]) => first !== undefined && /^\d/.test(first)

function hasIntegerKeys(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(hasIntegerKeys)
  return beginsWithDigit(Object.keys(value)) || Object.values(value).some(hasIntegerKeys)
}

const keyMark = (mark: string) => `${mark}k`
const numberMark = (mark: string) => `${mark}n`

/** Puts marked keys and numbers back as they were written. */
function unmark(text: string, mark: string): string {
  const [first = '', ...rest] = text.replaceAll(`"${keyMark(mark)}`, '"').split(`"${numberMark(mark)}`)
  // What follows a mark is a number and the quotation mark that ends it.
  return first + rest.map((part) => part.replace('"', '')).join('')
}
