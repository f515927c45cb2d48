import { JsonTape, KIND } from './json-tape.ts'

/** One way of writing the JSON that was signed, named as the log tells it. */
export interface Reading {
  name: string
  /** In UTF-8, after whatever was to stand before it. */
  text: Uint8Array<ArrayBuffer>
}

/** An order takes 5 to 50 KB. Nobody who has not proved who they are is given the work of taking a larger body apart. */
const LARGEST = 262_144

/**
 * The ways in which SHOPLINE's signer may have written a body, likeliest first: keys sorted at every depth in JavaScript's
 * order (integer-like ones first, by number) or by code units, numbers as JavaScript prints them or as written. Escapes such
 * as `\/` and `\u003c` count as the characters they stand for, and of equal keys the last.
 *
 * The vendor's page leaves these open. Each differs from those before it and is made only when it is asked for. A body that is
 * no JSON, or that no order comes in, has none: more than 256 KB, 128 levels, or 1,000 strings of digits alone.
 */
export function* canonicalReadings(body: Uint8Array, before = ''): Generator<Reading> {
  const tape = body.length > LARGEST ? null : JsonTape.of(body)
  if (tape === null) return
  const start = new TextEncoder().encode(before)
  const reading = (keys: Keys, numbers: Numbers): Reading => ({
    name: `${keys}-keys ${numbers}-numbers`,
    text: new Writer(tape, keys, numbers).written(start),
  })
  yield reading('javascript', 'javascript')
  if (tape.hasOddNumbers) yield reading('javascript', 'written')
  if (!tape.hasIntegers) return
  yield reading('code-unit', 'javascript')
  if (tape.hasOddNumbers) yield reading('code-unit', 'written')
}

type Keys = 'javascript' | 'code-unit'
type Numbers = 'javascript' | 'written'

const COMMA = 0x2c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
/** Fewer bytes are copied one by one, which is quicker than to call for it. */
const FEW_BYTES = 64

/** Writes one reading of what is on a tape. */
class Writer {
  readonly #tape: JsonTape
  readonly #keys: Keys
  readonly #numbers: Numbers
  #text = new Uint8Array(0)
  #end = 0

  constructor(tape: JsonTape, keys: Keys, numbers: Numbers) {
    this.#tape = tape
    this.#keys = keys
    this.#numbers = numbers
  }

  written(start: Uint8Array): Uint8Array<ArrayBuffer> {
    const { used } = this.#tape
    this.#text = new Uint8Array(start.length + used)
    this.#text.set(start)
    this.#end = start.length
    this.#value(this.#tape.start, this.#tape.end)
    return this.#text.subarray(0, this.#end)
  }

  #value(start: number, end: number): void {
    if (end >= 0) this.#copy(start, end)
    else if (end === KIND.list) this.#list(start)
    else if (end === KIND.number) this.#number(start)
    else if (end === KIND.object || this.#keys === 'code-unit') this.#object(start)
    // The same members in the other order.
    else this.#object(start + 1 + this.#place(start))
  }

  #number(place: number): void {
    const way = this.#numbers === 'written' ? place : place + 2
    this.#copy(this.#place(way), this.#place(way + 1))
  }

  #list(place: number): void {
    const end = place + 1 + this.#place(place)
    this.#put(OPEN_LIST)
    for (let n = place + 1; n < end; n += 2) {
      if (n > place + 1) this.#put(COMMA)
      this.#value(this.#place(n), this.#place(n + 1))
    }
    this.#put(CLOSE_LIST)
  }

  #object(place: number): void {
    const end = place + 1 + this.#place(place)
    this.#put(OPEN_OBJECT)
    for (let n = place + 1; n < end; n += 4) {
      if (n > place + 1) this.#put(COMMA)
      const keyEnd = this.#place(n + 1)
      const start = this.#place(n + 2)
      const end = this.#place(n + 3)
      // Nothing but the colon stands between them.
      if (end >= 0 && start === keyEnd + 1) this.#copy(this.#place(n), end)
      else {
        this.#copy(this.#place(n), keyEnd)
        this.#put(COLON)
        this.#value(start, end)
      }
    }
    this.#put(CLOSE_OBJECT)
  }

  #place(place: number): number {
    return this.#tape.places[place] ?? 0
  }

  #put(byte: number): void {
    this.#text[this.#end++] = byte
  }

  #copy(start: number, end: number): void {
    const { bytes } = this.#tape
    const text = this.#text
    let to = this.#end
    if (end - start > FEW_BYTES) text.set(bytes.subarray(start, end), to)
    else for (let from = start; from < end; from++) text[to++] = bytes[from] ?? 0
    this.#end += end - start
  }
}
