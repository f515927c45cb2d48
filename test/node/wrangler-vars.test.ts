import { describe, expect, it } from 'vitest'
import { Trouble } from '../../src/cli/command.ts'
import { varsOf, withVar } from '../../src/cli/wrangler-vars.ts'

const TOML = `name = "bridge"

# Comments stay.
[vars]
CURRENCY = "USD"
SHOPLINE_MERCHANT_ID = "" # to be filled in

[[kv_namespaces]]
binding = "CATALOGUE"

[env.staging.vars]
SHOPLINE_MERCHANT_ID = ""
`

describe('varsOf', () => {
  it('reads the vars of production', () => {
    expect(varsOf(TOML)).toEqual({ CURRENCY: 'USD', SHOPLINE_MERCHANT_ID: '' })
    expect(varsOf('name = "bridge"')).toEqual({})
    expect(varsOf('')).toEqual({})
  })
})

describe('withVar', () => {
  it('fills in an empty var of production, and touches nothing else', () => {
    expect(withVar(TOML, 'SHOPLINE_MERCHANT_ID', 'abc')).toBe(
      TOML.replace('SHOPLINE_MERCHANT_ID = "" #', 'SHOPLINE_MERCHANT_ID = "abc" #'),
    )
  })

  it.each([
    ['a var that is missing', TOML, 'SHOPLINE_APP_ID'],
    ['a var whose name another begins with', TOML, 'SHOPLINE_MERCHANT'],
    ['the first var', 'name = "bridge"', 'CURRENCY'],
  ])('adds %s', (_, toml, name) => {
    expect(varsOf(withVar(toml, name, 'abc'))).toEqual({ ...varsOf(toml), [name]: 'abc' })
  })

  it('leaves what is filled in already, and contradicts nothing', () => {
    expect(withVar(TOML, 'CURRENCY', 'USD')).toBe(TOML)
    expect(() => withVar(TOML, 'CURRENCY', 'TWD')).toThrow(Trouble)
  })
})
