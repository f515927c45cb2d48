import { describe, expect, it } from 'vitest'
import { backOff, retryAfter, step } from '../../src/ledger/schedule.ts'

describe('backOff', () => {
  it.each([
    [1, 0, 30_000],
    [1, 1, 60_000],
    [2, 1, 120_000],
    [3, 0.5, 180_000],
    [9, 1, 15_360_000],
    [10, 1, 21_600_000],
    [10_000, 1, 21_600_000],
    [10_000, 0, 10_800_000],
  ])('waits after attempt %i, drawn at %f, %i ms', (attempt, random, ms) => {
    expect(backOff(attempt, 60_000, random)).toBe(ms)
  })
})

describe('step', () => {
  it('grows no longer than it is told', () => {
    expect([1, 2, 3, 4].map((n) => step(n, 60_000, 300_000))).toEqual([60_000, 120_000, 240_000, 300_000])
  })
})

describe('retryAfter', () => {
  const now = Date.UTC(2030, 0, 1, 12)

  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 120 ', 120_000],
    ['Tue, 01 Jan 2030 12:01:30 GMT', 90_000],
    ['Tue, 01 Jan 2030 11:00:00 GMT', 0],
    ['86401', 86_400_000],
    ['99999999999999999999', 86_400_000],
    ['Tue, 01 Jan 2999 12:00:00 GMT', 86_400_000],
    ['', null],
    ['soon', null],
    ['-5', null],
    ['1.5', null],
    ['2030-01-01T12:01:30Z', null],
    [null, null],
  ])('reads %j as %j ms', (header, ms) => {
    expect(retryAfter(header, now)).toBe(ms)
  })
})
