import { describe, expect, it } from 'vitest'
import { afterAttempt, backOff, type Outcome, retryAfter, step } from '../../src/ledger/delivery.ts'

const HOUR = 3_600_000
const policy = {
  timeoutMs: 10_000,
  firstRetryMs: 60_000,
  giveUpMs: 72 * HOUR,
  confirmMs: 120_000,
  lostAnswers: 6,
}
const now = 1_000_000
const first = { attempts: 1, lost: 0, give_up_at: now + HOUR }
const attempted = (outcome: Outcome, before: Partial<typeof first> = {}, more: Partial<typeof policy> = {}) =>
  afterAttempt({ ...first, ...before }, outcome, now, { ...policy, ...more }, 1)

const relayed: Outcome = { outcome: 'relayed', status: 200, remoteId: '7' }
const lost = { outcome: 'unconfirmed', status: null, retryAfterMs: null, detail: 'lost' } as const
const passing = { outcome: 'passing', status: 503, retryAfterMs: null, detail: 'down' } as const
const refused: Outcome = { outcome: 'rejected', status: 422, detail: 'no', alreadyThere: false }
const taken: Outcome = { outcome: 'rejected', status: 409, detail: 'have it', alreadyThere: true }

describe('an attempt', () => {
  it('that is accepted is the end', () => {
    expect(attempted(relayed)).toMatchObject({
      state: 'relayed',
      next_attempt_at: null,
      relayed_at: now,
      remote_id: '7',
      last_error: null,
    })
  })

  it('that fails in passing waits for its step', () => {
    expect(attempted(passing)).toMatchObject({ state: 'queued', next_attempt_at: now + 60_000, lost: 0 })
    expect(attempted(passing, { attempts: 3 })).toMatchObject({ next_attempt_at: now + 240_000 })
  })

  it('that is told to wait longer waits that long, and not even a probe goes out before', () => {
    expect(attempted({ ...passing, retryAfterMs: 600_000 })).toMatchObject({
      next_attempt_at: now + 600_000,
      not_before: now + 600_000,
    })
  })

  it('that is told to wait less waits for its step', () => {
    expect(attempted({ ...passing, retryAfterMs: 5_000 })).toMatchObject({
      next_attempt_at: now + 60_000,
      not_before: now + 5_000,
    })
  })

  it('that is rejected waits for an operator', () => {
    expect(attempted(refused)).toMatchObject({ state: 'rejected', next_attempt_at: null, last_error: 'no' })
    expect(attempted(refused, { lost: 1 })).toMatchObject({ state: 'rejected', lost: 1 })
  })

  it('that is told they have it is relayed only if an earlier answer was lost', () => {
    expect(attempted(taken)).toMatchObject({ state: 'rejected' })
    expect(attempted(taken, { lost: 1 })).toMatchObject({ state: 'relayed', relayed_at: now })
  })

  it.each([passing, lost])('that fails when time has run out is the last', (outcome) => {
    expect(attempted(outcome, { give_up_at: now })).toMatchObject({ state: 'failed', next_attempt_at: null })
  })
})

describe('an attempt whose answer is lost', () => {
  it('waits for the confirmation, for no probe and no opened gate any shorter', () => {
    expect(attempted(lost)).toMatchObject({
      state: 'unconfirmed',
      lost: 1,
      next_attempt_at: now + 120_000,
      not_before: now + 120_000,
    })
  })

  it('waits for its back-off where that is longer', () => {
    expect(attempted(lost, { attempts: 4, lost: 1 })).toMatchObject({
      lost: 2,
      next_attempt_at: now + 480_000,
      not_before: now + 480_000,
    })
  })

  it('is remembered by all later ones, which keep to their time just so', () => {
    expect(attempted(passing, { lost: 1 })).toMatchObject({
      state: 'queued',
      lost: 1,
      next_attempt_at: now + 60_000,
      not_before: now + 60_000,
    })
  })

  it('is the last where no more may be lost, and waits only for a confirmation', () => {
    const end = { state: 'unconfirmed', next_attempt_at: now + 120_000, give_up_at: now + 120_000 }
    expect(attempted(lost, { attempts: 9, lost: 5 })).toMatchObject({ ...end, lost: 6 })
    expect(attempted(lost, { attempts: 9, lost: 4 })).toMatchObject({ give_up_at: now + HOUR, lost: 5 })
    expect(attempted(lost, {}, { lostAnswers: 1 })).toMatchObject({ ...end, lost: 1 })
  })

  it('is waited for no longer than the delivery has', () => {
    const give_up_at = now + 1000
    expect(attempted(lost, { give_up_at }, { lostAnswers: 1 })).toMatchObject({
      next_attempt_at: give_up_at,
      give_up_at,
    })
  })

  it('keeps its time when it fails, so that a retry of many sends it no earlier', () => {
    expect(attempted(lost, { give_up_at: now })).toMatchObject({
      state: 'failed',
      lost: 1,
      not_before: now + 120_000,
    })
  })
})

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
  const noon = Date.UTC(2030, 0, 1, 12)

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
    expect(retryAfter(header, noon)).toBe(ms)
  })
})
