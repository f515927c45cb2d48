import { addEntry } from './deliveries.ts'
import type { Destination } from './delivery.ts'
import type { Gate } from './gate.ts'

const WAITING = ['queued', 'unconfirmed'] as const

type Due = { seq: number; next_attempt_at: number }

/** The waiting deliveries whose time has come, the longest due first, at most `most`. */
export function due(sql: SqlStorage, destination: Destination, now: number, most: number): number[] {
  return WAITING.flatMap((state) =>
    sql
      .exec<Due>(
        `SELECT seq, next_attempt_at FROM deliveries
         WHERE destination = ? AND state = ? AND state <> 'relayed' AND next_attempt_at <= ?
         ORDER BY next_attempt_at LIMIT ?`,
        destination,
        state,
        now,
        most,
      )
      .toArray(),
  )
    .sort((a, b) => a.next_attempt_at - b.next_attempt_at || a.seq - b.seq)
    .slice(0, most)
    .map(({ seq }) => seq)
}

/** The delivery that tries a closed gate: the one with the fewest attempts, so that a bad one can't block the rest. */
export function probe(sql: SqlStorage, destination: Destination, now: number): number | null {
  const [row] = sql
    .exec<{ seq: number }>(
      `SELECT seq FROM deliveries
       WHERE destination = ? AND state IN ('queued', 'unconfirmed') AND state <> 'relayed' AND not_before <= ?
       ORDER BY attempts, seq LIMIT 1`,
      destination,
      now,
    )
    .toArray()
  return row?.seq ?? null
}

/** After an outage nothing waits out the back-off that the outage gave it. */
export function wakeAll(sql: SqlStorage, destination: Destination, now: number): void {
  sql.exec(
    `UPDATE deliveries SET next_attempt_at = max(not_before, min(next_attempt_at, ?))
     WHERE destination = ? AND state IN ('queued', 'unconfirmed') AND state <> 'relayed' AND next_attempt_at > ?`,
    now,
    destination,
    now,
  )
}

/** Gives up the waiting deliveries whose time has run out, and returns the IDs. */
export function giveUp(sql: SqlStorage, destination: Destination, now: number): string[] {
  const late = sql
    .exec<{ seq: number; external_id: string }>(
      `UPDATE deliveries SET state = 'failed', next_attempt_at = NULL, changed_at = ?1
       WHERE destination = ?2 AND state IN ('queued', 'unconfirmed') AND state <> 'relayed' AND give_up_at <= ?1
       RETURNING seq, external_id`,
      now,
      destination,
    )
    .toArray()
  for (const { seq } of late) addEntry(sql, seq, { at: now, outcome: 'given-up' })
  return late.map(({ external_id }) => external_id)
}

/**
 * Turns what is `sending` without anyone sending it into `unconfirmed`: the instance that sent it is gone, and the answer with
 * it. `isLive` tells the sends that this instance is still at, however long their lease has run out.
 */
export function recoverStranded(
  sql: SqlStorage,
  destination: Destination,
  now: number,
  confirmMs: number,
  isLive: (seq: number) => boolean,
): void {
  const stranded = sql
    .exec<{ seq: number; changed_at: number }>(
      `SELECT seq, changed_at FROM deliveries WHERE destination = ? AND state = 'sending' AND state <> 'relayed'`,
      destination,
    )
    .toArray()
    .filter(({ seq }) => !isLive(seq))
  const detail = 'The bridge was restarted before the answer came.'
  for (const { seq, changed_at } of stranded) {
    const again = now + confirmMs
    sql.exec(
      `UPDATE deliveries SET state = 'unconfirmed', may_have_landed = 1, next_attempt_at = ?1, not_before = ?1,
         last_error = ?2, changed_at = ?3 WHERE seq = ?4`,
      again,
      detail,
      now,
      seq,
    )
    // An earlier version, rolled back to, wrote the attempt down as it began.
    sql.exec("DELETE FROM history WHERE delivery = ? AND outcome = 'sending'", seq)
    addEntry(sql, seq, { at: changed_at, outcome: 'unconfirmed', detail })
  }
}

/** When the queue next needs looking at, in milliseconds since 1970; null when it is empty. */
export function nextWake(sql: SqlStorage, destination: Destination, gate: Gate, now: number): number | null {
  const [row] = sql
    .exec<{ lease: number | null; due: number | null; free: number | null; end: number | null }>(
      `SELECT min(next_attempt_at) FILTER (WHERE state = 'sending') AS lease,
              min(next_attempt_at) FILTER (WHERE state <> 'sending') AS due,
              min(not_before) FILTER (WHERE state <> 'sending') AS free,
              min(give_up_at) FILTER (WHERE state <> 'sending') AS end
       FROM deliveries WHERE destination = ? AND state IN ('queued', 'sending', 'unconfirmed') AND state <> 'relayed'`,
      destination,
    )
    .toArray()
  if (!row) return null
  const due =
    gate.closed_until === null || row.free === null ? row.due : Math.max(gate.closed_until, row.free)
  const times = [row.lease, due, row.end].filter((time) => time !== null)
  return times.length === 0 ? null : Math.max(now, Math.min(...times))
}
