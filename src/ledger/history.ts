import type { State } from './delivery.ts'

/** One line of a delivery's history: an attempt, or what was done to the delivery. */
export interface HistoryEntry {
  at: string
  outcome: string
  status: number | null
  duration_ms: number | null
  detail: string | null
}

type Line = Omit<HistoryEntry, 'at'> & { at: number }

export const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString())

/**
 * Everything that happened to a delivery, oldest first; last, while it is `sending`, the attempt that began at `changed_at`. One
 * that was confirmed before its answer came shows the attempt once that ends.
 */
export function readHistory(
  sql: SqlStorage,
  { seq, state, changed_at }: { seq: number; state: State; changed_at: number },
): HistoryEntry[] {
  const ended = sql
    .exec<Line>(
      'SELECT at, outcome, status, duration_ms, detail FROM history WHERE delivery = ? ORDER BY at, entry',
      seq,
    )
    .toArray()
  const underWay: Line = { at: changed_at, outcome: 'sending', status: null, duration_ms: null, detail: null }
  const lines = state === 'sending' ? [...ended, underWay] : ended
  return lines.map((line) => ({ ...line, at: new Date(line.at).toISOString() }))
}
