import type { Destination, Outcome, Policy } from './delivery.ts'
import { step } from './schedule.ts'

/** While a gate is closed nothing is sent to its destination but one probe at `closed_until`, in milliseconds since 1970. */
export interface Gate {
  /** Failures in a row that say nothing of the order itself. */
  streak: number
  closed_at: number | null
  closed_until: number | null
  reason: 'asked-to-wait' | 'token-refused' | 'failures' | 'gone' | null
}

export const OPEN: Gate = { streak: 0, closed_at: null, closed_until: null, reason: null }
const FAILURES_THAT_CLOSE = 5
const LONGEST_BETWEEN_PROBES = 5 * 60_000
/** What is gone is not probed; only another address, or an operator's retry, opens the gate. */
const NEVER = Date.UTC(2200, 0)

/**
 * What an attempt, begun at `began`, says of the other side. A 429 closes the gate for as long as it asks, a 401 or the fifth
 * failure in a row for the back-off, a 410 for good; any definite answer opens it.
 *
 * There is one prober, so its waits are not jittered. What was under way when the gate closed tells nothing new: it neither
 * lengthens the wait nor cuts short one that was asked for.
 */
export function afterOutcome(gate: Gate, outcome: Outcome, began: number, now: number, policy: Policy): Gate {
  const overtaken = gate.closed_at !== null && began < gate.closed_at
  if (outcome.outcome === 'relayed' || outcome.outcome === 'rejected')
    return overtaken && (gate.reason === 'asked-to-wait' || gate.reason === 'gone') ? gate : OPEN
  if (overtaken) return gate

  const streak = gate.streak + 1
  const closing = gate.reason === 'gone' ? 'gone' : (closingReason(outcome, streak) ?? gate.reason)
  if (closing === null) return { ...OPEN, streak }
  if (closing === 'gone') return { streak, closed_at: now, closed_until: NEVER, reason: closing }
  const failures = Math.max(1, closing === 'failures' ? streak - FAILURES_THAT_CLOSE + 1 : streak)
  const wait = step(failures, policy.firstRetryMs, LONGEST_BETWEEN_PROBES)
  return {
    streak,
    closed_at: now,
    closed_until: now + Math.max(wait, outcome.retryAfterMs ?? 0),
    reason: closing,
  }
}

function closingReason(outcome: Outcome, streak: number): Gate['reason'] {
  if (outcome.status === 429) return 'asked-to-wait'
  if (outcome.status === 410) return 'gone'
  if (outcome.status === 401) return 'token-refused'
  return streak >= FAILURES_THAT_CLOSE ? 'failures' : null
}

/** Each instance's gates as stored: it alone writes them, and every delivery asks for them several times. */
const kept = new WeakMap<SqlStorage, Map<Destination, Gate>>()

function gatesOf(sql: SqlStorage): Map<Destination, Gate> {
  const known = kept.get(sql) ?? new Map<Destination, Gate>()
  kept.set(sql, known)
  return known
}

export function readGate(sql: SqlStorage, destination: Destination): Gate {
  const known = gatesOf(sql).get(destination)
  if (known) return known
  const rows = sql.exec<Record<keyof Gate, SqlStorageValue>>(
    'SELECT streak, closed_at, closed_until, reason FROM gates WHERE destination = ?',
    destination,
  )
  const gate = (rows.toArray()[0] as Gate | undefined) ?? OPEN
  gatesOf(sql).set(destination, gate)
  return gate
}

export function writeGate(sql: SqlStorage, destination: Destination, gate: Gate): void {
  sql.exec(
    `INSERT INTO gates (destination, streak, closed_at, closed_until, reason) VALUES (?1, ?2, ?3, ?4, ?5)
     ON CONFLICT (destination) DO UPDATE SET streak = ?2, closed_at = ?3, closed_until = ?4, reason = ?5`,
    destination,
    gate.streak,
    gate.closed_at,
    gate.closed_until,
    gate.reason,
  )
  gatesOf(sql).set(destination, gate)
}
