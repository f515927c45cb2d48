import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../src/ledger/new-order.ts'
import { Literal, type Value, type Writing, write } from '../../src/sandbox/shopline-json.ts'
import { canonicalReadings } from '../../src/shopline/canonical-json.ts'
import { utf8 } from '../bridge.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })
const readings = (text: string) =>
  [...canonicalReadings(utf8(text))].map(({ name, text }) => ({ name, text: decoder.decode(text) }))
const named = (text: string, name: string) => readings(text).find((reading) => reading.name === name)?.text

/** Every way of writing, by the name of its reading. */
const WRITINGS: Record<string, Pick<Writing, 'keys' | 'numbers'>> = {
  'javascript-keys javascript-numbers': { keys: 'javascript', numbers: 'javascript' },
  'javascript-keys written-numbers': { keys: 'javascript', numbers: 'written' },
  'code-unit-keys javascript-numbers': { keys: 'code units', numbers: 'javascript' },
  'code-unit-keys written-numbers': { keys: 'code units', numbers: 'written' },
}

const KEYS = fc.oneof(
  fc.constantFrom('a', 'b', 'é', '\u{1f600}', '\uff5e', '__proto__', '01', '1.0', ',1.0,', '"', '\n'),
  fc.nat(120).map(String),
  fc.string({ maxLength: 3 }),
)
const VALUES = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Value>(null, true, '', '30.0', '[1.0,"1.0"]', '\\', '</b>', '釣り', 30, 2.5),
    fc
      .stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,3})?([eE][+-]?\d{1,2})?$/)
      .map((text) => new Literal(text)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(KEYS, tie('value')), { maxLength: 5 }).map((members) => Object.fromEntries(members)),
  ),
})).value

describe('canonicalReadings', () => {
  it.each([
    ['one where nothing is open', '{"b":"30.0 10","a":[1,2.5,{}]}', 1],
    ['two where a number could be printed otherwise', '{"b":30.0,"a":1}', 2],
    ['one where integer-like keys come first anyway', '{"b":30,"1":1}', 1],
    ['two where integer-like keys have an order of their own', '{"b":30,"10":1,"2":1}', 2],
    ['four where both are so', '{"b":30.0,"10":1,"2":1}', 4],
  ])('makes %s', (_, text, count) => {
    expect(readings(text)).toHaveLength(count)
  })

  it('begins with what is to stand before it', () => {
    const [reading] = canonicalReadings(utf8('{"b":1,"a":2}'), '1618994178:')

    expect(decoder.decode(reading?.text)).toBe('1618994178:{"a":2,"b":1}')
  })

  it('makes each reading as a plain writer does, and leaves none out', () => {
    fc.assert(
      fc.property(VALUES, fc.boolean(), (value, escapes) => {
        const made = readings(write(value, { keys: 'as they come', numbers: 'written', escapes }))
        for (const [name, how] of Object.entries(WRITINGS)) {
          const text = write(value, { ...how, escapes: false })
          expect(made.map((reading) => reading.text)).toContain(text)
          expect(made.find((reading) => reading.name === name)?.text ?? text).toBe(text)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it.each([1, 2, 24, 25, 1_000])('sorts an object of %i keys', (count) => {
    const keys = Array.from({ length: count }, (_, n) => `k${(n * 7919) % 10_007}`)
    const object = Object.fromEntries(keys.map((key) => [key, { [key]: 1, a: key }]))

    expect(readings(JSON.stringify(object))[0]?.text).toBe(canonicalJson(object))
  })

  it('reads what JSON.parse does, and nothing else', () => {
    const pieces = fc.constantFrom(
      ...'{}[]",:\\/ue0-+.Et1a\n \u0000é'.split(''),
      '\\u',
      'null',
      'true',
      '"a":',
    )
    const place = fc.nat(200)
    fc.assert(
      fc.property(fc.json(), place, fc.boolean(), pieces, (json, place, isReplaced, piece) => {
        const at = place % (json.length + 1)
        const text = json.slice(0, at) + piece + json.slice(isReplaced ? at + 1 : at)
        expect([text, readings(text).length > 0]).toEqual([text, isJson(text)])
      }),
      { numRuns: 3_000 },
    )
  })

  it('writes strings as JSON.stringify does, however they are escaped', () => {
    const units = fc.oneof(
      fc.constantFrom(...'"\\/\b\f\n\r\t<>&\u007f\u2028é釣\ud83c\udfa3\ud800\udc00'.split('')),
      fc.nat(0xffff).map((code) => String.fromCharCode(code)),
    )
    const strings = fc.array(fc.tuple(units, fc.nat(2)), { maxLength: 8 })
    const way = (unit: string, way: number) => {
      const hex = unit.charCodeAt(0).toString(16).padStart(4, '0')
      const escaped = `\\u${way === 0 ? hex : hex.toUpperCase()}`
      return way === 2 && unit.isWellFormed() ? JSON.stringify(unit).slice(1, -1) : escaped
    }
    fc.assert(
      fc.property(fc.array(strings, { maxLength: 4 }), (members) => {
        const keys = members.map((string) => `"${string.map(([unit, how]) => way(unit, how)).join('')}"`)
        const text = `{${keys.map((key) => `${key}:${key}`).join(',')}}`
        expect(readings(text).map((reading) => reading.text)).toContain(canonicalJson(JSON.parse(text)))
      }),
      { numRuns: 1_000 },
    )
  })

  it.each([
    ['256 KB', (size: number) => `"${'a'.repeat(size - 2)}"`, 262_144],
    ['1,000 strings of digits', (size: number) => `[${'"1",'.repeat(size)}"a"]`, 1_000],
    ['1,000 keys of digits', (size: number) => `{${'"1":"1a",'.repeat(size)}"a":1}`, 1_000],
    ['1,000 strings of escaped digits', (size: number) => `[${'"\\u0031",'.repeat(size)}"a"]`, 1_000],
  ])('looks into %s and no more', (_, of, most) => {
    expect(readings(of(most))).toHaveLength(1)
    expect(readings(of(most + 1))).toHaveLength(0)
  })

  it('makes none of what is nested deeper than 128 levels', () => {
    const nested = (levels: number) => '{"a":['.repeat(levels / 2) + ']}'.repeat(levels / 2)

    expect(readings(nested(128))).toHaveLength(1)
    expect(readings(nested(130))).toHaveLength(0)
  })

  it('sorts by code units whatever the value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value)
        const byUnits = named(text, 'code-unit-keys javascript-numbers') ?? readings(text)[0]?.text
        expect(byUnits).toBe(canonicalJson(JSON.parse(text)))
      }),
    )
  })

  it('changes nothing but the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value)
        for (const reading of readings(text)) expect(JSON.parse(reading.text)).toEqual(JSON.parse(text))
      }),
    )
  })

  it('keeps every number as it was written', () => {
    const number = fc.stringMatching(/^-?(0|[1-9]\d{0,24})(\.\d{1,9})?([eE][+-]?\d{1,3})?$/)
    fc.assert(
      fc.property(fc.array(number), (numbers) => {
        const text = `{"b":[${numbers.join(',')}],"a":"${numbers.join(',')}"}`
        const written = named(text, 'javascript-keys written-numbers') ?? readings(text)[0]?.text
        expect(written).toBe(`{"a":"${numbers.join(',')}","b":[${numbers.join(',')}]}`)
      }),
    )
  })
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
