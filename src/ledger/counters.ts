import type { Destination, State } from './delivery.ts'
import { readGate } from './gate.ts'

const HOUR_MS = 3_600_000
const CHART_HOURS = 48

/** The upper bounds of the histogram's buckets, in milliseconds; the schema has a column for each. */
export const TIME_BOUNDS = [
  500, 1000, 5000, 30_000, 120_000, 600_000, 3_600_000, 21_600_000, 86_400_000,
] as const

/** How long deliveries took from their receipt until they were relayed. `within[i]` are those of at most `TIME_BOUNDS[i]`. */
export interface Times {
  count: number
  milliseconds: number
  within: number[]
}

/** Orders that came in during the hour that began at `at` (ISO 8601 in UTC), by their present state. */
export type Hour = Record<State, number> & { at: string }

/** What the ledger counts. It is kept as it happens, so reading it costs the same with one order and a million. */
export interface Counters {
  orders: Record<State, number>
  /** The last 48 hours, oldest first; an hour without orders has zeros. */
  hours: Hour[]
  /** When the order that has waited longest came, in milliseconds since 1970; null when none waits. */
  oldest_waiting: number | null
  times: Times
  attempts: { destination: string; outcome: string; n: number }[]
  refusals: { code: string; n: number }[]
  events: { topic: string; n: number }[]
  gates: { destination: Destination; is_closed: boolean }[]
}

type Row = Record<State, number> & { hour: number; timed: number; milliseconds: number } & Record<
    string,
    number
  >

export function readCounters(sql: SqlStorage, destinations: readonly Destination[], now: number): Counters {
  const rows = sql
    .exec<Row>("SELECT * FROM delivery_counts WHERE destination = 'orders' ORDER BY hour")
    .toArray()
  const sum = (column: string) => rows.reduce((total, row) => total + (row[column] ?? 0), 0)
  const attempts = sql.exec<Counters['attempts'][number]>(
    'SELECT destination, outcome, attempts AS n FROM attempt_counts ORDER BY destination, outcome',
  )
  return {
    orders: byState(sum),
    hours: hoursOf(rows, now),
    oldest_waiting: oldestWaiting(sql),
    times: {
      count: sum('timed'),
      milliseconds: sum('milliseconds'),
      within: TIME_BOUNDS.map((bound) => sum(`within_${bound}`)),
    },
    attempts: attempts.toArray(),
    refusals: readCounts(sql, 'refusals').map(({ label, n }) => ({ code: label, n })),
    events: readCounts(sql, 'events').map(({ label, n }) => ({ topic: label, n })),
    gates: destinations.map((destination) => ({
      destination,
      is_closed: readGate(sql, destination).closed_until !== null,
    })),
  }
}

/** Adds to one of the counters that no table implies. Called without an `await` after other writes, it joins their commit. */
export function count(sql: SqlStorage, name: 'refusals' | 'events', label: string, by = 1): void {
  sql.exec(
    'INSERT INTO counts (name, label, n) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n',
    name,
    label,
    by,
  )
}

const readCounts = (sql: SqlStorage, name: Parameters<typeof count>[1]) =>
  sql
    .exec<{ label: string; n: number }>('SELECT label, n FROM counts WHERE name = ? ORDER BY label', name)
    .toArray()

const byState = (n: (state: State) => number): Record<State, number> => ({
  queued: n('queued'),
  sending: n('sending'),
  unconfirmed: n('unconfirmed'),
  relayed: n('relayed'),
  rejected: n('rejected'),
  failed: n('failed'),
})

function hoursOf(rows: readonly Row[], now: number): Hour[] {
  const known = new Map(rows.map((row) => [row.hour, row]))
  const newest = Math.floor(now / HOUR_MS)
  return Array.from({ length: CHART_HOURS }, (_, i) => {
    const hour = newest - CHART_HOURS + 1 + i
    const row = known.get(hour)
    return { at: new Date(hour * HOUR_MS).toISOString(), ...byState((state) => row?.[state] ?? 0) }
  })
}

/**
 * Reads the waiting orders' index entries only: left to choose, SQLite walks all orders by `seq` until one waits. An index by
 * time of receipt would cost each order more than this ever does.
 */
const oldestWaiting = (sql: SqlStorage) =>
  sql
    .exec<{ at: number | null }>(
      `SELECT (SELECT received_at FROM deliveries WHERE seq = oldest) AS at FROM
         (SELECT min(seq) AS oldest FROM deliveries INDEXED BY deliveries_by_state
          WHERE destination = 'orders' AND state IN ('queued', 'sending', 'unconfirmed') AND state <> 'relayed')`,
    )
    .one().at

export function noteSweep(sql: SqlStorage, now: number): void {
  sql.exec('INSERT OR REPLACE INTO last_sweep (only, at) VALUES (1, ?)', now)
}

export function readLastSweep(sql: SqlStorage): number | null {
  return sql.exec<{ at: number }>('SELECT at FROM last_sweep').toArray()[0]?.at ?? null
}
