import { describe, expect, it } from 'vitest'
import { afterAttempt, type Outcome } from '../../src/ledger/delivery.ts'

const policy = { timeoutMs: 10_000, firstRetryMs: 60_000, confirmMs: 120_000 }
const now = 1_000_000
const first = { attempts: 1, may_have_landed: 0 as const, give_up_at: now + 1 }
const attempted = (outcome: Outcome, before: Partial<Parameters<typeof afterAttempt>[0]> = {}) =>
  afterAttempt({ ...first, ...before }, outcome, now, policy, 1)

const relayed: Outcome = { outcome: 'relayed', status: 200, remoteId: '7' }
const lost: Outcome = { outcome: 'unconfirmed', status: null, retryAfterMs: null, detail: 'lost' }
const passing: Outcome = { outcome: 'passing', status: 503, retryAfterMs: null, detail: 'down' }
const refused: Outcome = { outcome: 'rejected', status: 422, detail: 'no', alreadyThere: false }
const taken: Outcome = { outcome: 'rejected', status: 409, detail: 'have it', alreadyThere: true }

describe('an attempt', () => {
  it('that is accepted is the end', () => {
    expect(attempted(relayed)).toMatchObject({
      state: 'relayed',
      next_attempt_at: null,
      relayed_at: now,
      remote_id: '7',
    })
  })

  it('that fails in passing waits for its step', () => {
    expect(attempted(passing)).toMatchObject({
      state: 'queued',
      next_attempt_at: now + 60_000,
      may_have_landed: 0,
    })
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

  it('whose answer is lost waits for the confirmation', () => {
    expect(attempted(lost)).toMatchObject({
      state: 'unconfirmed',
      may_have_landed: 1,
      next_attempt_at: now + 120_000,
      not_before: now + 120_000,
    })
  })

  it('that may have landed once is remembered', () => {
    expect(attempted(passing, { may_have_landed: 1 })).toMatchObject({ state: 'queued', may_have_landed: 1 })
  })

  it('that is rejected waits for an operator', () => {
    expect(attempted(refused)).toMatchObject({ state: 'rejected', next_attempt_at: null, last_error: 'no' })
    expect(attempted(refused, { may_have_landed: 1 })).toMatchObject({ state: 'rejected' })
  })

  it('that is told they have it is relayed only if an earlier one may have landed', () => {
    expect(attempted(taken)).toMatchObject({ state: 'rejected' })
    expect(attempted(taken, { may_have_landed: 1 })).toMatchObject({ state: 'relayed', relayed_at: now })
  })

  it.each([passing, lost])('that fails when time has run out is the last', (outcome) => {
    expect(attempted(outcome, { give_up_at: now })).toMatchObject({ state: 'failed', next_attempt_at: null })
  })
})
