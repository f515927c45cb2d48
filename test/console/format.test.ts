import { describe, expect, it } from 'vitest'
import { money } from '../../src/console/format.ts'

describe('a price', () => {
  it.each([
    [2999, 'USD', '$29.99'],
    [10000, 'EUR', '€100.00'],
    [2999, 'JPY', '¥2,999'],
    [2999, 'KWD', 'KWD 2.999'],
    [0, 'USD', '$0.00'],
    [123456789, 'TWD', 'NT$1,234,567.89'],
  ])('of %d minor units in %s is %s', (minor, currency, words) => {
    expect(money(minor, currency)).toBe(words.replace(' ', '\u00a0'))
  })

  it.each([null, undefined, 1.5, Number.NaN])('of %s is a dash', (minor) => {
    expect(money(minor, 'USD')).toBe('–')
  })
})
