import type { Channels } from './channel.ts'
import { DESTINATIONS, type Destination, STATES, type State } from './delivery.ts'
import { isOpen } from './gate.ts'
import { noteProgress, type Progress, readProgress } from './progress.ts'
import { COUNTED, FIRST_FORWARDED, TIME_BOUNDS } from './schema.ts'

const HOUR_MS = 3_600_000
const CHART_HOURS = 48
/** At most so many topics are counted by name, since a sender makes them up. */
const MOST_TOPICS = 50

/** How long orders took from their receipt until they were relayed. `within[i]` are those of at most `TIME_BOUNDS[i]`. */
export interface Times {
  count: number
  milliseconds: number
  within: number[]
}

/** Orders that came in during the hour that began at `at` (ISO 8601 in UTC), by their present state. */
export type Hour = Record<State, number> & { at: string }

/** What the ledger counts. Reading it costs the same with one order and a million. */
export interface Counters {
  orders: Record<State, number>
  /** The last 48 hours, oldest first; an hour without orders has zeros. */
  hours: Hour[]
  /** When the order that has waited longest came, in milliseconds since 1970; null when none waits. */
  oldest_waiting: number | null
  /** Orders that may have arrived, or may be there twice. */
  in_doubt: number
  times: Times
  /** What is not relayed yet, or never will be. */
  deliveries: { destination: Destination; state: State; n: number }[]
  attempts: { destination: string; outcome: string; n: number }[]
  refusals: { code: string; n: number }[]
  events: { topic: string; n: number }[]
  /** Events that should be about an order, and in which none was found. */
  unreadable: { topic: string; n: number }[]
  warnings: { code: string; n: number }[]
  /** How often an order was sent again although it might have arrived. */
  sent_again: number
  gates: { destination: Destination; is_closed: boolean }[]
  /** What the ledger takes, in bytes. */
  bytes: number
  /** When the oldest content that should be erased by now became due, in milliseconds since 1970; null when none is. */
  erasure_due: number | null
}

type Column = (typeof COUNTED)[number]
type Row = Record<Column, number> & { hour: number }

const took = "iif(state = 'relayed', coalesce(relayed_at, changed_at) - received_at, NULL)"
const sums = COUNTED.map((column) => {
  if (column === 'timed') return "sum(state = 'relayed') AS timed"
  if (column === 'milliseconds') return `coalesce(sum(${took}), 0) AS milliseconds`
  const [, bound] = column.split('_')
  return bound === undefined
    ? `sum(state = '${column}') AS ${column}`
    : `coalesce(sum(${took} <= ${bound}), 0) AS ${column}`
}).join(', ')

/** The orders after a row, by the hour of their receipt. */
const UNCOUNTED = `SELECT received_at / ${HOUR_MS} AS hour, ${sums} FROM deliveries WHERE seq > ? AND seq <= ? GROUP BY 1`

/**
 * Adds what came since it was done last to the counters. An order then costs no row of them, unless it moves afterwards: that is
 * the triggers' to count, in the commit of the move.
 */
export function countUp(sql: SqlStorage, now: number): void {
  countOrders(sql, now)
  countFirstAttempts(sql, 'counted-orders', 0, FIRST_FORWARDED - 1)
  countFirstAttempts(sql, 'counted-forwarded', FIRST_FORWARDED - 1, Number.MAX_SAFE_INTEGER)
  countEvents(sql)
}

function countOrders(sql: SqlStorage, now: number): void {
  const from = readProgress(sql, 'counted-orders') ?? 0
  const last = lastRow(sql, 'deliveries', from, FIRST_FORWARDED - 1)
  if (last === null) return
  const added = COUNTED.map((column) => `${column} = ${column} + excluded.${column}`).join(', ')
  sql.exec(
    `INSERT INTO order_counts (hour, ${COUNTED.join(', ')}) ${UNCOUNTED} ON CONFLICT (hour) DO UPDATE SET ${added}`,
    from,
    last,
  )
  // Hour 0 holds all that the chart shows no more.
  const oldest = Math.floor(now / HOUR_MS) - CHART_HOURS
  sql.exec(
    `INSERT INTO order_counts (hour, ${COUNTED.join(', ')})
       SELECT 0, ${COUNTED.map((column) => `coalesce(sum(${column}), 0)`).join(', ')} FROM order_counts WHERE hour BETWEEN 1 AND ?
     ON CONFLICT (hour) DO UPDATE SET ${added}`,
    oldest,
  )
  sql.exec('DELETE FROM order_counts WHERE hour BETWEEN 1 AND ?', oldest)
}

/** The first attempts that relayed, which the deliveries' own rows tell of. Notes how far all that is counted has come. */
function countFirstAttempts(sql: SqlStorage, what: Progress, before: number, end: number): void {
  const from = readProgress(sql, what) ?? before
  const last = lastRow(sql, 'deliveries', from, end)
  if (last === null) return
  sql.exec(
    `INSERT INTO attempt_counts (destination, outcome, attempts)
       SELECT destination, 'relayed', count(*) FROM deliveries
       WHERE seq > ? AND seq <= ? AND first_status IS NOT NULL GROUP BY destination
     ON CONFLICT DO UPDATE SET attempts = attempts + excluded.attempts`,
    from,
    last,
  )
  noteProgress(sql, what, last)
}

function countEvents(sql: SqlStorage): void {
  const from = readProgress(sql, 'counted-events') ?? 0
  const last = lastRow(sql, 'events', from, Number.MAX_SAFE_INTEGER)
  if (last === null) return
  const topics = sql
    .exec<{ topic: string; n: number }>(
      'SELECT topic, count(*) AS n FROM events WHERE seq > ? AND seq <= ? GROUP BY topic',
      from,
      last,
    )
    .toArray()
  const known = new Set(readCounts(sql, 'events').map(({ label }) => label))
  for (const { topic, n } of topics) {
    const label = known.has(topic) || known.size < MOST_TOPICS ? topic : 'other'
    known.add(label)
    count(sql, 'events', label, n)
  }
  noteProgress(sql, 'counted-events', last)
}

const lastRow = (sql: SqlStorage, table: 'deliveries' | 'events', from: number, end: number): number | null =>
  sql
    .exec<{ seq: number | null }>(
      `SELECT max(seq) AS seq FROM ${table} WHERE seq > ? AND seq <= ?`,
      from,
      end,
    )
    .one().seq

export function readCounters(sql: SqlStorage, channels: Channels, now: number): Counters {
  countUp(sql, now)
  const rows = sql.exec<Row>('SELECT * FROM order_counts ORDER BY hour').toArray()
  const sum = (column: Column) => rows.reduce((total, row) => total + row[column], 0)
  const unsettled = sql.exec<Counters['deliveries'][number]>(
    `SELECT destination, state, count(*) AS n FROM deliveries INDEXED BY deliveries_by_state
     WHERE destination IN (${DESTINATIONS.map((destination) => `'${destination}'`).join(', ')}) AND state <> 'relayed'
     GROUP BY destination, state`,
  )
  const attempts = sql.exec<Counters['attempts'][number]>(
    'SELECT destination, outcome, attempts AS n FROM attempt_counts ORDER BY destination, outcome',
  )
  const inDoubt = sql.exec<{ n: number }>(
    `SELECT count(*) AS n FROM deliveries INDEXED BY deliveries_in_doubt
     WHERE destination = 'orders' AND lost > 0 AND (state <> 'relayed' OR resent > 0)`,
  )
  return {
    orders: byState(sum),
    hours: hoursOf(rows, now),
    oldest_waiting: oldestWaiting(sql),
    in_doubt: inDoubt.one().n,
    times: {
      count: sum('timed'),
      milliseconds: sum('milliseconds'),
      within: TIME_BOUNDS.map((bound) => sum(`within_${bound}`)),
    },
    deliveries: unsettled.toArray(),
    attempts: attempts.toArray(),
    refusals: readCounts(sql, 'refusals').map(({ label, n }) => ({ code: label, n })),
    events: readCounts(sql, 'events').map(({ label, n }) => ({ topic: label, n })),
    unreadable: readCounts(sql, 'unreadable').map(({ label, n }) => ({ topic: label, n })),
    warnings: readCounts(sql, 'warnings').map(({ label, n }) => ({ code: label, n })),
    sent_again: readCounts(sql, 'sent again').reduce((total, { n }) => total + n, 0),
    gates: DESTINATIONS.map((destination) => ({
      destination,
      is_closed: !isOpen(channels[destination].gate),
    })),
    bytes: sql.databaseSize,
    erasure_due: readProgress(sql, 'erasure-due'),
  }
}

/** Adds to one of the counters that no table implies. Called without an `await` after other writes, it joins their commit. */
export function count(
  sql: SqlStorage,
  name: 'refusals' | 'events' | 'unreadable' | 'warnings' | 'sent again' | 'guesses',
  label: string,
  by = 1,
): void {
  sql.exec(
    'INSERT INTO counts (name, label, n) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n',
    name,
    label,
    by,
  )
}

/** Adds to the passwords refused within an hour of the first; says how many they were before and are now. */
export function countGuesses(sql: SqlStorage, n: number, now: number): { before: number; after: number } {
  const since = readProgress(sql, 'guessed-since')
  const isNewHour = since === null || now - since >= HOUR_MS || now < since
  if (isNewHour) noteProgress(sql, 'guessed-since', now)
  const earlier = readCounts(sql, 'guesses').reduce((total, { n }) => total + n, 0)
  const before = isNewHour ? 0 : earlier
  count(sql, 'guesses', '', before + n - earlier)
  return { before, after: before + n }
}

const readCounts = (sql: SqlStorage, name: Parameters<typeof count>[1]) =>
  sql
    .exec<{ label: string; n: number }>('SELECT label, n FROM counts WHERE name = ? ORDER BY label', name)
    .toArray()

const byState = (n: (state: State) => number) =>
  Object.fromEntries(STATES.map((state) => [state, n(state)])) as Record<State, number>

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
