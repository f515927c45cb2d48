import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Literal, type Value, type Writing, write } from '../../src/sandbox/shopline-json.ts'
import { canonicalReadings } from '../../src/shopline/canonical-json.ts'
import { canonicalJson } from '../../src/signing/canonical-json.ts'

const readings = (text: string) => [...canonicalReadings(JSON.parse(text), text)]
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
    ['two where a key is integer-like', '{"b":30,"1":1}', 2],
    ['four where both are so', '{"b":30.0,"1":1}', 4],
  ])('makes %s', (_, text, count) => {
    expect(readings(text)).toHaveLength(count)
  })

  it('makes a reading only when it is asked for', () => {
    const parse = JSON.parse('{"b":30.0}')
    const spied = canonicalReadings(parse, 'not looked at')

    expect(spied.next().value).toEqual({ name: 'javascript-keys javascript-numbers', text: '{"b":30}' })
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

  it.each([
    ['of more kinds than are remembered', 40],
    ['of one kind', 1],
  ])('sorts objects %s', (_, kinds) => {
    const list = Array.from({ length: 100 }, (_, n) => ({ [`b${n % kinds}`]: n, a: { d: n, c: n } }))
    const sorted = list.map((object) => canonicalJson(object))

    expect(readings(JSON.stringify(list))[0]?.text).toBe(`[${sorted.join(',')}]`)
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
