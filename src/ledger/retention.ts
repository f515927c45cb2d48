import { readSettings } from '../settings.ts'
import type { Context } from './channel.ts'
import { eraseContent, forget, noteWarned } from './deliveries.ts'
import { forgetEvents } from './events.ts'
import { alert } from './outbox.ts'
import { clearProgress, noteProgress, type Progress, readProgress } from './progress.ts'
import { FIRST_FORWARDED } from './schema.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** How long before its erasure an operator is told of an order that never arrived, in milliseconds. */
const NOTICE_MS = 7 * DAY_MS
/** What one sweep erases at most, in rows and in milliseconds, so that nobody waits for it; the next sweep goes on. */
const MOST_ROWS = 5_000
const MOST_MS = 1_000
/** So many rows are erased between two looks at the clock. */
const BATCH = 200

/**
 * Erases what is personal once RETENTION_DAYS have passed: bodies, the other side's words, event payloads. IDs, digests and
 * states of orders stay; events, and what was forwarded, go altogether. What was not delivered is erased a week after an alert at the
 * earliest. Orders come first, and what waits is left alone.
 */
export function erase(ctx: Context, now: number): void {
  const { env, sql } = ctx
  const read = readSettings(env, ['RETENTION_DAYS'])
  if (!read.ok) return
  const retention = read.value.RETENTION_DAYS * DAY_MS
  const notice = Math.min(NOTICE_MS, retention)
  const horizon = now - retention

  warn(ctx, horizon + notice, now)
  const budget = { rows: MOST_ROWS, endsAt: now + MOST_MS }
  const isDone = [
    eraseWalk(sql, 'erased-orders', 0, FIRST_FORWARDED - 1, horizon, budget),
    eraseListed(sql, RELAYED_LATE, [horizon], budget),
    eraseListed(sql, UNDELIVERED, [horizon, now - notice], budget),
    eraseWalk(sql, 'erased-forwarded', FIRST_FORWARDED - 1, Number.MAX_SAFE_INTEGER, horizon, budget),
    eraseEvents(sql, horizon, budget),
  ].every((done) => done)
  if (isDone) clearProgress(sql, 'erasure-due')
  else noteProgress(sql, 'erasure-due', dueSince(sql, horizon, retention))
}

/** What a sweep may still do. */
interface Budget {
  rows: number
  endsAt: number
}

const isSpent = ({ rows, endsAt }: Budget) => rows <= 0 || Date.now() > endsAt

type Walked = { seq: number; state: string; received_at: number; relayed_at: number | null; is_whole: 0 | 1 }

/** What was relayed within an hour of its receipt has no index by time: it is found in the sequence of its receipt. */
const SOON_MS = HOUR_MS

/**
 * Walks through the deliveries of a range in their sequence, erasing those that were relayed soon after they came, as far as all are due.
 * The others are listed by an index. Says whether it came to the end of what is due.
 */
function eraseWalk(
  sql: SqlStorage,
  what: Progress,
  before: number,
  end: number,
  horizon: number,
  budget: Budget,
): boolean {
  for (;;) {
    if (isSpent(budget)) return false
    const from = readProgress(sql, what) ?? before
    const rows = sql
      .exec<Walked>(
        `SELECT seq, state, received_at, relayed_at, body IS NOT NULL OR refers IS NOT NULL AS is_whole FROM deliveries
         WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
        from,
        end,
        Math.min(BATCH, budget.rows),
      )
      .toArray()
    let last: number | null = null
    for (const { seq, state, received_at, relayed_at, is_whole } of rows) {
      if (received_at + SOON_MS > horizon) break
      last = seq
      if (state === 'relayed' && is_whole === 1 && (relayed_at ?? 0) <= received_at + SOON_MS)
        eraseOne(sql, seq)
    }
    if (last !== null) noteProgress(sql, what, last)
    budget.rows -= rows.length
    if (last === null || last !== rows.at(-1)?.seq || rows.length < BATCH) return true
  }
}

/** Deliveries that were relayed long after they came. */
const RELAYED_LATE = `SELECT seq FROM deliveries INDEXED BY deliveries_relayed_late
  WHERE state = 'relayed' AND (body IS NOT NULL OR refers IS NOT NULL) AND relayed_at > received_at + 3600000 AND relayed_at <= ? LIMIT ?`

/** Deliveries that never arrived, and whose erasure was told of in time. */
const UNDELIVERED = `SELECT seq FROM deliveries INDEXED BY deliveries_unsettled
  WHERE state IN ('rejected', 'failed', 'cancelled') AND (body IS NOT NULL OR refers IS NOT NULL)
    AND changed_at <= ? AND warned_at > changed_at AND warned_at <= ? LIMIT ?`

function eraseListed(sql: SqlStorage, list: string, bindings: readonly number[], budget: Budget): boolean {
  for (;;) {
    if (isSpent(budget)) return false
    const most = Math.min(BATCH, budget.rows)
    const due = sql.exec<{ seq: number }>(list, ...bindings, most).toArray()
    for (const { seq } of due) eraseOne(sql, seq)
    budget.rows -= due.length
    if (due.length < most) return true
  }
}

const eraseOne = (sql: SqlStorage, seq: number) =>
  seq < FIRST_FORWARDED ? eraseContent(sql, seq) : forget(sql, seq)

function eraseEvents(sql: SqlStorage, horizon: number, budget: Budget): boolean {
  for (;;) {
    if (isSpent(budget)) return false
    const from = readProgress(sql, 'erased-events') ?? 0
    const last = forgetEvents(sql, from, horizon, Math.min(BATCH, budget.rows))
    if (last === null) return true
    noteProgress(sql, 'erased-events', last)
    budget.rows -= BATCH
  }
}

/** When the oldest order that is still to be erased became due, as far as the walk has come. */
function dueSince(sql: SqlStorage, horizon: number, retention: number): number {
  const from = readProgress(sql, 'erased-orders') ?? 0
  const [row] = sql
    .exec<{ received_at: number }>(
      'SELECT received_at FROM deliveries WHERE seq > ? AND seq < ? ORDER BY seq LIMIT 1',
      from,
      FIRST_FORWARDED,
    )
    .toArray()
  return Math.min(row?.received_at ?? horizon, horizon) + retention
}

/** Tells of the orders that were rejected, failed or cancelled and have not changed since `until`, once. */
function warn(ctx: Context, until: number, now: number): void {
  const count = noteWarned(ctx.sql, until, now, MOST_ROWS)
  if (count === 0) return
  const orders =
    count === 1 ? 'An order that was not relayed is' : `${count} orders that were not relayed are`
  alert(
    ctx,
    {
      kind: 'erasure-ahead',
      text: `${orders} erased in a week, after RETENTION_DAYS, unless retried.`,
      count,
    },
    now,
  )
}
