/** One line of a delivery's history: an attempt, or what was done to the delivery. */
export interface HistoryEntry {
  at: string
  outcome: string
  status: number | null
  duration_ms: number | null
  detail: string | null
}

export const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString())

/** Everything that happened to a delivery, oldest first. */
export function readHistory(sql: SqlStorage, seq: number): HistoryEntry[] {
  return sql
    .exec<Omit<HistoryEntry, 'at'> & { at: number }>(
      'SELECT at, outcome, status, duration_ms, detail FROM history WHERE delivery = ? ORDER BY entry',
      seq,
    )
    .toArray()
    .map((entry) => ({ ...entry, at: new Date(entry.at).toISOString() }))
}
