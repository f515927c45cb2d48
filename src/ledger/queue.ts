import { DESTINATIONS, type Destination } from './delivery.ts'
import { MANY } from './gate.ts'

type Due = { seq: number; next_attempt_at: number }

/** The waiting deliveries whose time has come, the longest due first, at most `most`. */
export function due(sql: SqlStorage, destination: Destination, now: number, most: number): number[] {
  return (['queued', 'unconfirmed'] as const)
    .flatMap((state) =>
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

/**
 * The delivery that tries a destination which has failed: the one with the fewest attempts, so that a bad one can't block the rest.
 * Nothing goes out before its `not_before`: it was asked to wait, or it may have arrived. One that was tried since `since` waits out
 * its back-off.
 */
export function leastTried(
  sql: SqlStorage,
  destination: Destination,
  now: number,
  since = Number.MAX_SAFE_INTEGER,
): number | null {
  const [row] = sql
    .exec<{ seq: number }>(
      `SELECT seq FROM deliveries
       WHERE destination = ?1 AND state IN ('queued', 'unconfirmed') AND state <> 'relayed' AND not_before <= ?2
         AND (next_attempt_at <= ?2 OR changed_at < ?3)
       ORDER BY attempts, seq LIMIT 1`,
      destination,
      now,
      since,
    )
    .toArray()
  return row?.seq ?? null
}

/** How many deliveries wait for a destination or are on their way to it, counted no further than it takes to be many. */
export function countWaiting(sql: SqlStorage, destination: Destination): number {
  return sql
    .exec<{ n: number }>(
      `SELECT count(*) AS n FROM (SELECT 1 FROM deliveries
       WHERE destination = ? AND state IN ('queued', 'sending', 'unconfirmed') AND state <> 'relayed' LIMIT ?)`,
      destination,
      MANY,
    )
    .one().n
}

/** The times at which a destination's queue needs looking at, in milliseconds since 1970; null where there is none. */
export type Wakes = {
  /** When the first attempt under way counts as lost. */
  lease: number | null
  /** When the first that waits is due. */
  due: number | null
  /** When the first that waits may be sent at all, back-off or not. */
  free: number | null
  /** When the first that waits is given up. */
  end: number | null
}

/** Asks for all destinations at once; one whose queue is empty is missing. */
export function readWakes(sql: SqlStorage): Map<Destination, Wakes> {
  const rows = sql
    .exec<Wakes & { destination: Destination }>(
      `SELECT destination,
         min(next_attempt_at) FILTER (WHERE state = 'sending') AS lease,
         min(next_attempt_at) FILTER (WHERE state <> 'sending') AS due,
         min(not_before) FILTER (WHERE state <> 'sending') AS free,
         min(give_up_at) FILTER (WHERE state <> 'sending') AS end
       FROM deliveries INDEXED BY deliveries_by_state
       WHERE destination IN (${DESTINATIONS.map((destination) => `'${destination}'`).join(', ')})
         AND state IN ('queued', 'sending', 'unconfirmed') AND state <> 'relayed'
       GROUP BY destination`,
    )
    .toArray()
  return new Map(rows.map((row) => [row.destination, row]))
}
