import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/ledger/delivery.ts'
import { afterOutcome, type Gate } from '../../src/ledger/gate.ts'

const policy = { timeoutMs: 10_000, firstRetryMs: 60_000, confirmMs: 120_000 }
const MINUTE = 60_000
const now = 100 * MINUTE
const open: Gate = { streak: 0, closed_at: null, closed_until: null, reason: null }

const passing = (status: number, retryAfterMs: number | null = null): Outcome => ({
  outcome: 'passing',
  status,
  retryAfterMs,
  detail: '',
})
const lost: Outcome = { outcome: 'unconfirmed', status: null, retryAfterMs: null, detail: '' }
const relayed: Outcome = { outcome: 'relayed', status: 200, remoteId: null }
const rejected: Outcome = { outcome: 'rejected', status: 422, detail: '', alreadyThere: false }

/** The gate after outcomes one by one, each attempt begun when the one before had ended. */
const gateAfter = (outcomes: Outcome[], gate = open) =>
  outcomes.reduce((before, outcome) => afterOutcome(before, outcome, now, now, policy), gate)
const failures = (n: number) => Array.from({ length: n }, (_, i) => (i % 2 ? lost : passing(503)))

describe('the gate', () => {
  it('stays open for four failures in a row and closes on the fifth', () => {
    expect(gateAfter(failures(4))).toMatchObject({ streak: 4, closed_until: null })
    expect(gateAfter(failures(5))).toMatchObject({ reason: 'failures', closed_until: now + MINUTE })
  })

  it.each([relayed, rejected])('forgets failures after a definite answer', (answer) => {
    expect(gateAfter([...failures(4), answer])).toEqual(open)
    expect(gateAfter([...failures(5), answer])).toEqual(open)
  })

  it('tries again at most five minutes apart', () => {
    const waits = [5, 6, 7, 8, 9, 40].map((n) => (gateAfter(failures(n)).closed_until ?? 0) - now)
    expect(waits).toEqual([1, 2, 4, 5, 5, 5].map((minutes) => minutes * MINUTE))
  })

  it('closes on a 429 for as long as that asks', () => {
    expect(gateAfter([passing(429, 600_000)])).toMatchObject({
      reason: 'asked-to-wait',
      closed_until: now + 600_000,
    })
    expect(gateAfter([passing(429)])).toMatchObject({ reason: 'asked-to-wait', closed_until: now + MINUTE })
  })

  it('closes on a 401 at once', () => {
    expect(gateAfter([passing(401)])).toMatchObject({ reason: 'token-refused', closed_until: now + MINUTE })
  })

  it('stays closed when the probe fails in another way', () => {
    expect(gateAfter([passing(401), passing(503)])).toMatchObject({ closed_until: now + 2 * MINUTE })
  })

  it('takes no notice of failures that were under way when it closed', () => {
    const closed = gateAfter(failures(5))
    expect(afterOutcome(closed, lost, now - 1, now + 1000, policy)).toEqual(closed)
  })

  it('is opened by an answer under way, unless it was asked to wait', () => {
    expect(afterOutcome(gateAfter(failures(5)), relayed, now - 1, now, policy)).toEqual(open)
    const asked = gateAfter([passing(429, 600_000)])
    expect(afterOutcome(asked, relayed, now - 1, now, policy)).toEqual(asked)
  })
})
