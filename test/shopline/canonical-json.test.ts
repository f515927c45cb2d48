import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalReadings } from '../../src/shopline/canonical-json.ts'
import { canonicalJson } from '../../src/signing/canonical-json.ts'

const readings = (text: string) => [...canonicalReadings(JSON.parse(text), text)]
const named = (text: string, name: string) => readings(text).find((reading) => reading.name === name)?.text

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
