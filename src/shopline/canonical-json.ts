import { type Json, type JsonObject, MOST_LEVELS } from '../http/json.ts'
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
 * is left out, and JSON that is nested too deep has none. `text` must be the JSON text of `json`; `json` may be changed.
 */
export function* canonicalReadings(json: Json, text: string): Generator<Reading> {
  const javaScript = new KeySorter('')
  const printed = javaScript.sorted(json)
  if (javaScript.isTooDeep) return
  yield { name: 'javascript-keys javascript-numbers', text: JSON.stringify(printed) }

  // Nobody can have put an unknown mark into the body, so what is marked was marked here.
  const mark = crypto.randomUUID().slice(-12)
  const marked = markNumbers(text, numberMark(mark))
  const written = marked === text ? null : javaScript.sorted(JSON.parse(marked))
  if (written !== null)
    yield { name: 'javascript-keys written-numbers', text: unmark(JSON.stringify(written), mark) }

  if (!javaScript.hasIntegerKeys) return
  const codeUnits = new KeySorter(keyMark(mark))
  const byUnits = (json: Json) => unmark(JSON.stringify(codeUnits.sorted(json)), mark)
  yield { name: 'code-unit-keys javascript-numbers', text: byUnits(printed) }
  if (written !== null) yield { name: 'code-unit-keys written-numbers', text: byUnits(written) }
}

const keyMark = (mark: string) => `${mark}k`
const numberMark = (mark: string) => `${mark}n`

/** Puts marked keys and numbers back as they were written. */
function unmark(text: string, mark: string): string {
  const [first = '', ...rest] = text.replaceAll(`"${keyMark(mark)}`, '"').split(`"${numberMark(mark)}`)
  // What follows a mark is a number and the quotation mark that ends it.
  return first + rest.map((part) => part.replace('"', '')).join('')
}

/** The keys of an object as they come, and in their order, each with the name that it has in the sorted object. */
interface Kind {
  keys: readonly string[]
  sorted: readonly { key: string; name: string }[]
}

/**
 * Sorts objects' keys by code units. JavaScript lists integer-like keys first all the same, unless they and the keys beside them
 * are marked with a `prefix`.
 */
class KeySorter {
  static readonly #MOST_KINDS = 16
  /** Whether there was something below the levels that are read: what was sorted is then good for nothing. */
  isTooDeep = false
  hasIntegerKeys = false
  readonly #prefix: string
  readonly #kinds: Kind[] = []

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  /** The value with its keys sorted at every depth. Lists are changed, objects copied. */
  sorted(value: Json, levels = MOST_LEVELS): Json {
    if (typeof value !== 'object' || value === null) return value
    if (levels === 0) {
      this.isTooDeep = true
      return null
    }
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++)
        value[index] = this.sorted(value[index] ?? null, levels - 1)
      return value
    }
    const copy: JsonObject = {}
    for (const { key, name } of this.#kindOf(Object.keys(value)).sorted) {
      const member = value[key] ?? null
      const isPlain = typeof member !== 'object' || member === null
      const copied = isPlain ? member : this.sorted(member, levels - 1)
      // Assigned, it would become the copy's prototype.
      if (name === '__proto__')
        Object.defineProperty(copy, name, { value: copied, enumerable: true, writable: true })
      else copy[name] = copied
    }
    return copy
  }

  /** Most objects of an order are of a few kinds, and to know a kind again costs less than to sort its keys. */
  #kindOf(keys: readonly string[]): Kind {
    for (const kind of this.#kinds) if (isSame(kind.keys, keys)) return kind
    // An object lists its integer-like keys first, so the first key tells whether it may have one.
    const mayHaveIntegers = /^\d/.test(keys[0] ?? '')
    if (mayHaveIntegers) this.hasIntegerKeys = true
    const prefix = mayHaveIntegers ? this.#prefix : ''
    const kind = { keys, sorted: keys.toSorted().map((key) => ({ key, name: prefix + key })) }
    if (this.#kinds.length < KeySorter.#MOST_KINDS) this.#kinds.push(kind)
    return kind
  }
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false
  return true
}
