import { MOST_LEVELS } from '../http/json.ts'
import { rewriteString } from './json-strings.ts'

/** What `end` says of a value whose `start` is a place on the tape, where the rest of it stands. */
export const KIND = {
  /** How many places follow, then start and end of each member. */
  list: -1,
  /** How many places follow, then for each member, sorted by code units, start and end of key and value. */
  object: -2,
  /** As an object, and behind it its members again, in JavaScript's order: integer-like keys first, by number. */
  objectWithIntegers: -3,
  /** A number as it was written and as JavaScript prints it: start and end of each. */
  number: -4,
} as const

const TAB = 0x09
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const SPACE = 0x20
const QUOTE = 0x22
const PLUS = 0x2b
const COMMA = 0x2c
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
const UPPER_E = 0x45
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const LOWER_E = 0x65
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

const WORDS: Record<number, readonly number[]> = Object.fromEntries(
  ['true', 'false', 'null'].map((word) => [word.charCodeAt(0), [...word].map((char) => char.charCodeAt(0))]),
)

const isDigit = (code: number) => code >= ZERO && code <= NINE
const isPartOfNumber = (code: number) =>
  isDigit(code) || code === POINT || code === LOWER_E || code === UPPER_E || code === PLUS || code === MINUS

/** An order has a few of these; each may be a key that has to be put in its place by number. */
const MOST_DIGIT_STRINGS = 1_000
/** Longer arrays are left to the engine's own sort. */
const FEW_MEMBERS = 24
/** So many digits JavaScript prints as they are. */
const SURE_DIGITS = 15
/** The largest of what JavaScript lists first. */
const LARGEST_INDEX = 2 ** 32 - 2

const decoder = new TextDecoder()

/** The bytes are no JSON, or one that is not looked into further. */
class Unreadable extends Error {}

/**
 * A body's JSON, taken apart in one pass over its bytes: where each value stands, and in which order each object's members
 * belong. What one reading of it writes is then a matter of copying.
 *
 * A value is `start` and `end`: the bytes of a word, a string or a number, or, where `end` is a `KIND`, a place on the tape.
 * Strings stand as `JSON.stringify` writes them; those that came otherwise, and numbers, stand anew behind the body.
 */
export class JsonTape {
  /** The body, zeros at which every scan ends, and what was written anew. */
  bytes: Uint8Array<ArrayBuffer>
  used: number
  readonly places: number[] = []
  /** Whether a number is there that JavaScript prints otherwise than it was written, such as `30.0`. */
  hasOddNumbers = false
  /** Whether JavaScript's order of keys is another than that of code units. */
  hasIntegers = false
  /** The value that was read last; in the end the whole. */
  start = 0
  end = 0
  readonly #length: number
  #at = 0
  #isEscaped = false
  #digitStrings = 0
  readonly #members: number[] = []

  private constructor(body: Uint8Array) {
    this.#length = body.length
    this.used = body.length + 2
    this.bytes = new Uint8Array(body.length + 64)
    this.bytes.set(body)
  }

  /** Null for what is no JSON, is nested deeper than 128 levels, or has more than 1,000 strings of digits alone. */
  static of(body: Uint8Array): JsonTape | null {
    const tape = new JsonTape(body)
    try {
      tape.#read()
      return tape
    } catch (error) {
      if (error instanceof Unreadable) return null
      throw error
    }
  }

  #read(): void {
    const [first, second, third] = this.bytes
    if (first === 0xef && second === 0xbb && third === 0xbf) this.#at = 3
    this.#value(MOST_LEVELS)
    this.#next()
    if (this.#at !== this.#length) throw new Unreadable()
  }

  /** Passes blanks over; the byte that is no blank. */
  #next(): number {
    const { bytes } = this
    let code = bytes[this.#at] ?? 0
    while (code === SPACE || code === LINE_FEED || code === CARRIAGE_RETURN || code === TAB)
      code = bytes[++this.#at] ?? 0
    return code
  }

  #value(levels: number): void {
    const code = this.#next()
    if (code === QUOTE) this.#string()
    else if (code === OPEN_OBJECT) this.#object(levels)
    else if (code === OPEN_LIST) this.#list(levels)
    else if (code === MINUS || isDigit(code)) this.#number()
    else this.#word(WORDS[code])
  }

  #word(word: readonly number[] | undefined): void {
    if (word === undefined) throw new Unreadable()
    this.start = this.#at
    for (const code of word) if (this.bytes[this.#at++] !== code) throw new Unreadable()
    this.end = this.#at
  }

  #string(): void {
    const { bytes } = this
    let at = this.#at + 1
    let code = bytes[at] ?? 0
    while (code !== QUOTE && code !== BACKSLASH && code >= SPACE) code = bytes[++at] ?? 0
    if (code === BACKSLASH) this.#rewrittenString()
    else if (code === QUOTE) {
      this.start = this.#at
      this.end = this.#at = at + 1
      this.#isEscaped = false
    } else throw new Unreadable()
    if (isDigit(this.bytes[this.start + 1] ?? 0)) this.#countDigits()
  }

  #rewrittenString(): void {
    const { bytes } = this
    let end = this.#at + 1
    for (let code = bytes[end] ?? 0; code !== QUOTE; code = bytes[end] ?? 0) {
      if (code < SPACE) throw new Unreadable()
      end += code === BACKSLASH ? 2 : 1
    }
    // Every escape takes at least the room of what it is written as.
    this.#makeRoom(end + 1 - this.#at)
    const rewritten = rewriteString(bytes, this.#at, this.bytes, this.used)
    if (rewritten === null) throw new Unreadable()
    this.#at = end + 1
    this.start = this.used
    this.end = this.used = rewritten.end
    this.#isEscaped = rewritten.isEscaped
  }

  #countDigits(): void {
    for (let at = this.start + 1; at < this.end - 1; at++) if (!isDigit(this.bytes[at] ?? 0)) return
    this.#digitStrings++
    if (this.#digitStrings > MOST_DIGIT_STRINGS) throw new Unreadable()
  }

  #number(): void {
    const { bytes } = this
    const start = this.#at
    let at = start
    while (isDigit(bytes[at] ?? 0)) at++
    const isSure = at > start && at - start <= SURE_DIGITS && (bytes[start] !== ZERO || at === start + 1)
    const point = at
    if (isSure && bytes[at] === POINT) {
      at++
      while (bytes[at] === ZERO) at++
    }
    if (!isSure || at === point + 1 || isPartOfNumber(bytes[at] ?? 0)) this.#anyNumber(start)
    else if (at > point) this.#oddNumber(start, at, start, point)
    else this.#plainNumber(start, at)
  }

  /** A number of which only JavaScript itself can say how it prints it. */
  #anyNumber(start: number): void {
    let end = start
    let written = ''
    for (let code = this.bytes[end] ?? 0; isPartOfNumber(code); code = this.bytes[++end] ?? 0)
      written += String.fromCharCode(code)
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(written)) throw new Unreadable()
    const printed = JSON.stringify(Number(written))
    if (printed === written) this.#plainNumber(start, end)
    else {
      this.#makeRoom(printed.length)
      const printedStart = this.used
      for (let n = 0; n < printed.length; n++) this.bytes[this.used++] = printed.charCodeAt(n)
      this.#oddNumber(start, end, printedStart, this.used)
    }
  }

  #plainNumber(start: number, end: number): void {
    this.start = start
    this.end = this.#at = end
  }

  #oddNumber(start: number, end: number, printedStart: number, printedEnd: number): void {
    this.hasOddNumbers = true
    this.#at = end
    this.start = this.places.length
    this.end = KIND.number
    this.places.push(start, end, printedStart, printedEnd)
  }

  #list(levels: number): void {
    const first = this.#members.length
    if (this.#opens(levels, CLOSE_LIST))
      do {
        this.#value(levels - 1)
        this.#members.push(this.start, this.end)
      } while (this.#goesOn(CLOSE_LIST))
    const { places } = this
    this.start = places.length
    this.end = KIND.list
    places.push(this.#members.length - first)
    for (let n = first; n < this.#members.length; n++) places.push(this.#members[n] ?? 0)
    this.#members.length = first
  }

  #object(levels: number): void {
    const first = this.#members.length
    let hasEscapes = false
    let mayHaveIntegers = false
    if (this.#opens(levels, CLOSE_OBJECT))
      do {
        if (this.#next() !== QUOTE) throw new Unreadable()
        this.#string()
        const { start, end } = this
        if (this.#isEscaped) hasEscapes = true
        if (isDigit(this.bytes[start + 1] ?? 0)) mayHaveIntegers = true
        if (this.#next() !== COLON) throw new Unreadable()
        this.#at++
        this.#value(levels - 1)
        this.#members.push(start, end, this.start, this.end)
      } while (this.#goesOn(CLOSE_OBJECT))
    const sorted = this.#sorted(first, hasEscapes)
    this.start = this.places.length
    this.end = KIND.object
    this.#keep(sorted)
    if (mayHaveIntegers) this.#keepJavaScriptOrder(sorted)
    this.#members.length = first
  }

  /** Enters a list or an object; false where it is empty. */
  #opens(levels: number, close: number): boolean {
    if (levels === 0) throw new Unreadable()
    this.#at++
    if (this.#next() !== close) return true
    this.#at++
    return false
  }

  #goesOn(close: number): boolean {
    const code = this.#next()
    this.#at++
    if (code === COMMA) return true
    if (code !== close) throw new Unreadable()
    return false
  }

  /** Puts an object's members on the tape; each is known by its place among the members. */
  #keep(members: readonly number[]): void {
    const { places } = this
    places.push(4 * members.length)
    for (const place of members) for (let n = place; n < place + 4; n++) places.push(this.#members[n] ?? 0)
  }

  /** JavaScript lists keys that are array indices first, by number, whatever the order in which they were put in. */
  #keepJavaScriptOrder(sorted: readonly number[]): void {
    const indices = sorted
      .map((place) => ({ place, index: this.#indexOf(place) }))
      .filter(({ index }) => index >= 0)
      .sort((one, other) => one.index - other.index)
      .map(({ place }) => place)
    if (indices.every((place, n) => sorted[n] === place)) return
    const isIndex = new Set(indices)
    this.#keep([...indices, ...sorted.filter((place) => !isIndex.has(place))])
    this.end = KIND.objectWithIntegers
    this.hasIntegers = true
  }

  /** The number that a member's key is as an array index; -1 for any other key. */
  #indexOf(place: number): number {
    const start = (this.#members[place] ?? 0) + 1
    const end = (this.#members[place + 1] ?? 0) - 1
    const length = end - start
    if (length < 1 || length > 10 || (this.bytes[start] === ZERO && length > 1)) return -1
    let index = 0
    for (let at = start; at < end; at++) {
      const code = this.bytes[at] ?? 0
      if (!isDigit(code)) return -1
      index = 10 * index + code - ZERO
    }
    return index <= LARGEST_INDEX ? index : -1
  }

  /** The members from `first` on, sorted by their keys; of equal ones the last. */
  #sorted(first: number, hasEscapes: boolean): number[] {
    const members: number[] = []
    for (let place = first; place < this.#members.length; place += 4) members.push(place)
    const compare = hasEscapes ? this.#byName(members) : this.#byBytes
    if (members.length > FEW_MEMBERS) members.sort(compare)
    else insertionSort(members, compare)
    let kept = 0
    for (let n = 0; n < members.length; n++) {
      const place = members[n] ?? 0
      const next = members[n + 1]
      if (next === undefined || compare(place, next) !== 0) members[kept++] = place
    }
    members.length = kept
    return members
  }

  /** Compares keys without escapes, as UTF-16 orders them: there what UTF-8 writes in four bytes comes before U+E000. */
  readonly #byBytes = (one: number, other: number): number => {
    const { bytes } = this
    let a = this.#members[one] ?? 0
    let b = this.#members[other] ?? 0
    const end = this.#members[one + 1] ?? 0
    while (a < end) {
      const left = bytes[a++] ?? 0
      const right = bytes[b++] ?? 0
      if (left !== right) return rankOf(left) - rankOf(right)
    }
    return 0
  }

  /** Compares keys in which something is escaped by what they stand for. */
  #byName(members: readonly number[]): (one: number, other: number) => number {
    const names = new Map(
      members.map((place) => {
        const key = this.bytes.subarray(this.#members[place], this.#members[place + 1])
        return [place, String(JSON.parse(decoder.decode(key)))]
      }),
    )
    return (one, other) => {
      const left = names.get(one) ?? ''
      const right = names.get(other) ?? ''
      return left < right ? -1 : left > right ? 1 : 0
    }
  }

  #makeRoom(length: number): void {
    if (this.used + length <= this.bytes.length) return
    const larger = new Uint8Array(2 * (this.used + length))
    larger.set(this.bytes)
    this.bytes = larger
  }
}

const rankOf = (code: number) => (code === QUOTE ? 0 : code === 0xee || code === 0xef ? code + 0x10 : code)

function insertionSort(list: number[], compare: (one: number, other: number) => number): void {
  for (let n = 1; n < list.length; n++) {
    const item = list[n] ?? 0
    let to = n
    for (; to > 0; to--) {
      const before = list[to - 1] ?? 0
      if (compare(before, item) <= 0) break
      list[to] = before
    }
    list[to] = item
  }
}
