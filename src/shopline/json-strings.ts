const SPACE = 0x20
const QUOTE = 0x22
const SLASH = 0x2f
const BACKSLASH = 0x5c
const LETTER_U = 0x75

const codesOf = (text: string) => [...text].map((char) => char.charCodeAt(0))

/** What may stand behind a backslash and stays so. */
const KEPT = new Set(codesOf('"\\bfnrt'))
/** Control characters that have a letter of their own. */
const LETTERS = new Map([
  [0x08, 0x62],
  [0x09, 0x74],
  [0x0a, 0x6e],
  [0x0c, 0x66],
  [0x0d, 0x72],
])
const HEX = codesOf('0123456789abcdef')

/**
 * Writes a JSON string as `JSON.stringify` would: escapes such as `\/` and `\u003c` become the characters they stand for, and
 * only what can't stand for itself stays escaped. Nothing is longer than it was.
 *
 * The string begins at byte `at` of `from` and ends; it is written from byte `start` of `to`, quotation marks included. Returns
 * the byte after it and whether something in it is escaped; null where an escape is none.
 */
export function rewriteString(
  from: Uint8Array,
  at: number,
  to: Uint8Array,
  start: number,
): { end: number; isEscaped: boolean } | null {
  const writer = new StringWriter(to, start)
  writer.put(QUOTE)
  let place = at + 1
  for (let code = from[place] ?? 0; code !== QUOTE; code = from[place] ?? 0) {
    if (code !== BACKSLASH) {
      writer.put(code)
      place++
      continue
    }
    const letter = from[place + 1] ?? 0
    place += 2
    if (KEPT.has(letter)) writer.putEscaped(letter)
    else if (letter === SLASH) writer.put(SLASH)
    else if (letter === LETTER_U) {
      const unit = unitAt(from, place)
      if (unit === -1) return null
      place += 4
      const low =
        isHigh(unit) && from[place] === BACKSLASH && from[place + 1] === LETTER_U
          ? unitAt(from, place + 2)
          : -1
      if (isLow(low)) {
        writer.putCharacter(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00))
        place += 6
      } else writer.putCharacter(unit)
    } else return null
  }
  writer.put(QUOTE)
  return { end: writer.end, isEscaped: writer.isEscaped }
}

const isHigh = (unit: number) => unit >= 0xd800 && unit <= 0xdbff
const isLow = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff

/** What four hex digits stand for; -1 where they are none. */
function unitAt(from: Uint8Array, at: number): number {
  let unit = 0
  for (let place = at; place < at + 4; place++) {
    // Letters in small: only digits and `a` to `f` in either case are found.
    const digit = HEX.indexOf((from[place] ?? 0) | 0x20)
    if (digit === -1) return -1
    unit = 16 * unit + digit
  }
  return unit
}

class StringWriter {
  end: number
  isEscaped = false
  readonly #to: Uint8Array

  constructor(to: Uint8Array, start: number) {
    this.#to = to
    this.end = start
  }

  put(byte: number): void {
    this.#to[this.end++] = byte
  }

  putEscaped(byte: number): void {
    this.isEscaped = true
    this.put(BACKSLASH)
    this.put(byte)
  }

  /** Writes a code point, or half of a surrogate pair, in UTF-8 where it can stand for itself. */
  putCharacter(code: number): void {
    const letter = LETTERS.get(code)
    if (letter !== undefined) this.putEscaped(letter)
    else if (code === QUOTE || code === BACKSLASH) this.putEscaped(code)
    else if (code < SPACE || isHigh(code) || isLow(code)) {
      this.putEscaped(LETTER_U)
      for (const shift of [12, 8, 4, 0]) this.put(HEX[(code >> shift) & 15] ?? 0)
    } else if (code < 0x80) this.put(code)
    else {
      if (code < 0x800) this.put(0xc0 | (code >> 6))
      else {
        if (code < 0x10000) this.put(0xe0 | (code >> 12))
        else {
          this.put(0xf0 | (code >> 18))
          this.put(0x80 | ((code >> 12) & 63))
        }
        this.put(0x80 | ((code >> 6) & 63))
      }
      this.put(0x80 | (code & 63))
    }
  }
}
