import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/ledger/delivery.ts'
import { afterOutcome, ajar, type Encounter, type Gate, isOpen, lets, OPEN } from '../../src/ledger/gate.ts'

const policy = { firstRetryMs: 60_000 }
const MINUTE = 60_000
const now = 100 * MINUTE

const passing = (status: number, retryAfterMs: number | null = null): Outcome => ({
  outcome: 'passing',
  status,
  retryAfterMs,
  detail: '',
})
const lost: Outcome = { outcome: 'unconfirmed', status: null, retryAfterMs: null, detail: '' }
const relayed: Outcome = { outcome: 'relayed', status: 200, remoteId: null }
const rejected: Outcome = { outcome: 'rejected', status: 422, detail: '', alreadyThere: false }

const met = (gate: Gate, outcome: Outcome, more: Partial<Encounter> = {}, at = now) =>
  afterOutcome(gate, { outcome, seq: null, began: at, waiting: 0, ...more }, at, policy)

/** The gate after outcomes one by one, each of another delivery, begun when the one before had ended. */
const gateAfter = (outcomes: Outcome[], gate = OPEN) =>
  outcomes.reduce((before, outcome, seq) => met(before, outcome, { seq, waiting: 3 }), gate)
const failures = (n: number) => Array.from({ length: n }, (_, i) => (i % 2 ? lost : passing(503)))

describe('the gate', () => {
  it('stays open for four failures in a row and closes on the fifth', () => {
    expect(gateAfter(failures(4))).toMatchObject({ streak: 4, closed_until: null })
    expect(gateAfter(failures(5))).toMatchObject({ reason: 'failures', closed_until: now + MINUTE })
  })

  it.each([relayed, rejected])('forgets failures after a definite answer', (answer) => {
    expect(gateAfter([...failures(4), answer])).toEqual(OPEN)
    expect(gateAfter([...failures(5), answer])).toEqual(OPEN)
  })

  it('tries again at most five minutes apart', () => {
    const waits = [5, 6, 7, 8, 9, 40].map((n) => (gateAfter(failures(n)).closed_until ?? 0) - now)
    expect(waits).toEqual([1, 2, 4, 5, 5, 5].map((minutes) => minutes * MINUTE))
  })

  it('tries again no earlier than it was asked to', () => {
    expect(gateAfter([...failures(4), passing(503, 10 * MINUTE)]).closed_until).toBe(now + 10 * MINUTE)
  })

  it('closes on a 429 for as long as that asks', () => {
    expect(gateAfter([passing(429, 600_000)])).toMatchObject({
      reason: 'asked-to-wait',
      closed_until: now + 600_000,
    })
    expect(gateAfter([...failures(9), passing(429, 1000)])).toMatchObject({ closed_until: now + 1000 })
    expect(gateAfter([passing(429)])).toMatchObject({ reason: 'asked-to-wait', closed_until: now + MINUTE })
  })

  it('closes on a 401 at once', () => {
    expect(gateAfter([passing(401)])).toMatchObject({ reason: 'token-refused', closed_until: now + MINUTE })
  })

  it('stays closed when the probe fails in another way', () => {
    expect(gateAfter([passing(401), passing(503)])).toMatchObject({ closed_until: now + 2 * MINUTE })
  })

  it('closes on a 410 for good, whatever else the probe of a retry by hand meets', () => {
    const gone = gateAfter([passing(410)])
    expect(gone).toMatchObject({ reason: 'gone' })
    expect(gone.closed_until).toBeGreaterThan(Date.UTC(2100, 0))
    expect(met(gone, passing(503), {}, now + 1)).toMatchObject({
      reason: 'gone',
      closed_until: gone.closed_until,
    })
    expect(met(gone, relayed, {}, now + 1)).toEqual(OPEN)
  })

  it('takes no notice of failures that were under way when it closed', () => {
    const closed = gateAfter(failures(5))
    expect(met(closed, lost, { began: now - 1 }, now + 1000)).toEqual(closed)
  })

  it('is opened by an answer under way, unless it was asked to wait or the address is gone', () => {
    expect(met(gateAfter(failures(5)), relayed, { began: now - 1 })).toEqual(OPEN)
    for (const status of [429, 410]) {
      const closed = gateAfter([passing(status, 600_000)])
      expect(met(closed, relayed, { began: now - 1 })).toEqual(closed)
    }
  })
})

describe('failures of few deliveries', () => {
  /** The gate after as many failures as it takes, of these deliveries in turn. */
  const failing = (seqs: number[], waiting: number, n = 12) =>
    Array.from({ length: n }, (_, i) => seqs[i % seqs.length] ?? null).reduce(
      (gate, seq) => met(gate, passing(503), { seq, waiting }),
      OPEN,
    )

  it.each([
    [[1], 2],
    [[1], 3],
    [[1, 2], 3],
  ])('keep none of the others waiting: of %j among %i', (seqs, waiting) => {
    const gate = failing(seqs, waiting)
    expect(gate).toMatchObject({ streak: 12, closed_until: null })
    expect(isOpen(gate)).toBe(true)
  })

  it.each([
    ['of all that wait', [1], 1],
    ['of all that wait', [1, 2], 2],
    ['of three, however many wait', [1, 2, 3], 3],
    ['of more than three', [1, 2, 3, 4, 5], 3],
  ])('close it when they are %s', (_, seqs, waiting) => {
    expect(failing(seqs, waiting, 5)).toMatchObject({ reason: 'failures', closed_until: now + MINUTE })
  })

  it('are remembered each once, and no more than it takes', () => {
    expect(failing([4, 4, 7], 3, 7).failing).toEqual([4, 7])
    expect(failing([1, 2, 3, 4, 4], 3, 4).failing).toEqual([1, 2, 3, 4])
  })
})

describe('a gate ajar', () => {
  const half = ajar(gateAfter(failures(7)), now)

  it('lets one delivery through at a time, and is not open', () => {
    expect(lets(half, 0)).toBe(true)
    expect(lets(half, 1)).toBe(false)
    expect(isOpen(half)).toBe(false)
    expect(lets(OPEN, 5)).toBe(true)
    expect(lets(gateAfter(failures(5)), 0)).toBe(false)
  })

  it.each([relayed, rejected])('is opened by the first definite answer', (answer) => {
    expect(met(half, answer, { seq: 1, waiting: 3 }, now + 1)).toEqual(OPEN)
  })

  it('stays ajar when a delivery fails that is known to, unless that tells why', () => {
    const [known = 0] = half.failing
    expect(met(half, lost, { seq: known, waiting: 3 }, now + 1)).toEqual(half)
    expect(met(half, passing(401), { seq: known, waiting: 3 }, now + 1)).toMatchObject({ is_ajar: false })
  })

  it('closes for longer at the first failure of another, and remembers why', () => {
    const later = now + 10 * MINUTE
    expect(met(half, lost, { seq: 99, waiting: 3 }, later)).toMatchObject({
      reason: 'failures',
      is_ajar: false,
      closed_at: later,
      closed_until: later + 5 * MINUTE,
    })
    const refused = ajar(gateAfter([passing(401)]), now)
    expect(met(refused, passing(503), { seq: 99, waiting: 3 }, later)).toMatchObject({
      reason: 'token-refused',
      closed_until: later + 2 * MINUTE,
    })
  })
})
