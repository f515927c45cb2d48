import { type Destination, type Outcome, type Policy, step } from './delivery.ts'

/**
 * How a destination stands. While its gate is closed nothing is sent there but a probe at `closed_until`, in milliseconds since
 * 1970; while it is ajar one delivery at a time is, until the first definite answer.
 */
export interface Gate {
  /** Failures in a row that say nothing of the delivery itself. */
  streak: number
  /** The deliveries that failed in this streak, each once. */
  failing: readonly number[]
  /** When it was closed, or set ajar: what was under way then tells nothing new. */
  closed_at: number | null
  closed_until: number | null
  is_ajar: boolean
  reason: 'asked-to-wait' | 'token-refused' | 'failures' | 'gone' | null
}

export const OPEN: Gate = {
  streak: 0,
  failing: [],
  closed_at: null,
  closed_until: null,
  is_ajar: false,
  reason: null,
}

const FAILURES_THAT_CLOSE = 5
/** So many failing deliveries condemn the destination rather than themselves. */
export const MANY = 3
/** More are not kept in mind. */
const MOST_FAILING = 50
const LONGEST_BETWEEN_PROBES = 5 * 60_000
/** What is gone is not probed; only another address, or an operator's retry, opens the gate. */
const NEVER = Date.UTC(2200, 0)

/** What met the destination: an attempt at the delivery `seq`, or with null something else, begun at `began`. */
export interface Encounter {
  outcome: Outcome
  seq: number | null
  began: number
  /** How many deliveries wait for the destination, counted up to `MANY`. */
  waiting: number
}

/**
 * What an encounter says of the other side. A 429 closes the gate for exactly as long as it asks, a 401 or the fifth failure in
 * a row for the back-off, a 410 for good; any definite answer opens it. Failures close it when they are of three deliveries or of
 * all that wait: a few bad ones must not keep the good ones waiting.
 *
 * There is one prober, so its waits are not jittered. What was under way when the gate closed tells nothing new: it neither
 * lengthens the wait nor cuts short one that was asked for.
 */
export function afterOutcome(
  gate: Gate,
  encounter: Encounter,
  now: number,
  policy: Pick<Policy, 'firstRetryMs'>,
): Gate {
  const { outcome, seq, began, waiting } = encounter
  const overtaken = gate.closed_at !== null && began < gate.closed_at
  if (outcome.outcome === 'relayed' || outcome.outcome === 'rejected')
    return overtaken && (gate.reason === 'asked-to-wait' || gate.reason === 'gone') ? gate : OPEN
  if (overtaken) return gate

  const streak = gate.streak + 1
  const failing =
    seq === null || gate.failing.length >= MOST_FAILING || gate.failing.includes(seq)
      ? gate.failing
      : [...gate.failing, seq]
  const told = outcome.status === null ? null : closingReason(outcome.status)
  // Of a delivery that is known to fail this is nothing new: an ajar gate waits for what a good one meets.
  if (gate.is_ajar && told === null && seq !== null && gate.failing.includes(seq)) return gate
  const isGeneral = streak >= FAILURES_THAT_CLOSE && (failing.length >= MANY || failing.length >= waiting)
  const reason = gate.reason === 'gone' ? 'gone' : (told ?? (isGeneral ? 'failures' : gate.reason))
  if (reason === null) return { ...OPEN, streak, failing }
  const failures = Math.max(1, reason === 'failures' ? streak - FAILURES_THAT_CLOSE + 1 : streak)
  const wait = step(failures, policy.firstRetryMs, LONGEST_BETWEEN_PROBES)
  const closed = { streak, failing, closed_at: now, is_ajar: false, reason }
  if (reason === 'gone') return { ...closed, closed_until: NEVER }
  const { retryAfterMs } = outcome
  if (told === 'asked-to-wait') return { ...closed, closed_until: now + (retryAfterMs ?? wait) }
  return { ...closed, closed_until: now + Math.max(wait, retryAfterMs ?? 0) }
}

function closingReason(status: number): Gate['reason'] {
  if (status === 429) return 'asked-to-wait'
  if (status === 410) return 'gone'
  return status === 401 ? 'token-refused' : null
}

/** A probe that orders nothing was answered at `now`: one delivery at a time may show whether all is well. */
export const ajar = (gate: Gate, now: number): Gate => ({
  ...gate,
  closed_at: now,
  closed_until: null,
  is_ajar: true,
})

/** Whether something may be sent while `live` sends are under way. */
export const lets = (gate: Gate, live: number): boolean =>
  gate.closed_until === null && (!gate.is_ajar || live === 0)

/** Whether the destination works as far as anybody knows. */
export const isOpen = ({ closed_until, is_ajar }: Gate): boolean => closed_until === null && !is_ajar

/** What can be wrong with a destination, the graver the later. */
export const TROUBLES = ['failures', 'token-refused', 'given-up', 'gone'] as const
export type Trouble = (typeof TROUBLES)[number]

/** What the operator was last told of a destination, and when, in milliseconds since 1970. */
export interface Told {
  /** The trouble that was told of and not taken back. */
  told: Trouble | null
  alerted_at: number | null
  recovered_at: number | null
}

export function readGate(sql: SqlStorage, destination: Destination): Gate {
  const [row] = sql
    .exec<{
      streak: number
      failing: string
      closed_at: number | null
      closed_until: number | null
      is_ajar: number
      reason: string | null
    }>(
      'SELECT streak, failing, closed_at, closed_until, is_ajar, reason FROM gates WHERE destination = ?',
      destination,
    )
    .toArray()
  if (!row) return OPEN
  return {
    ...row,
    failing: JSON.parse(row.failing),
    is_ajar: row.is_ajar === 1,
    reason: row.reason as Gate['reason'],
  }
}

export function writeGate(sql: SqlStorage, destination: Destination, gate: Gate): void {
  sql.exec(
    `INSERT INTO gates (destination, streak, failing, closed_at, closed_until, is_ajar, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
     ON CONFLICT (destination) DO UPDATE SET streak = ?2, failing = ?3, closed_at = ?4, closed_until = ?5, is_ajar = ?6, reason = ?7`,
    destination,
    gate.streak,
    JSON.stringify(gate.failing),
    gate.closed_at,
    gate.closed_until,
    gate.is_ajar ? 1 : 0,
    gate.reason,
  )
}

/** The address that was gone when its gate closed; null when none is. */
export const readGone = (sql: SqlStorage, destination: Destination): string | null =>
  sql
    .exec<{ address: string | null }>('SELECT address FROM gates WHERE destination = ?', destination)
    .toArray()[0]?.address ?? null

export function noteGone(sql: SqlStorage, destination: Destination, address: string | null): void {
  sql.exec('UPDATE gates SET address = ? WHERE destination = ?', address, destination)
}

const NOTHING_TOLD: Told = { told: null, alerted_at: null, recovered_at: null }

export const readTold = (sql: SqlStorage, destination: Destination): Told =>
  (sql
    .exec<Record<keyof Told, SqlStorageValue>>(
      'SELECT told, alerted_at, recovered_at FROM gates WHERE destination = ?',
      destination,
    )
    .toArray()[0] as Told | undefined) ?? NOTHING_TOLD

export function noteTold(
  sql: SqlStorage,
  destination: Destination,
  { told, alerted_at, recovered_at }: Told,
): void {
  sql.exec(
    `INSERT INTO gates (destination, streak, failing, is_ajar, told, alerted_at, recovered_at) VALUES (?1, 0, '[]', 0, ?2, ?3, ?4)
     ON CONFLICT (destination) DO UPDATE SET told = ?2, alerted_at = ?3, recovered_at = ?4`,
    destination,
    told,
    alerted_at,
    recovered_at,
  )
}
