/**
 * How far something that is done again and again has come: the last row that was counted or erased, or a time in milliseconds
 * since 1970, of the last sweep, of the oldest content whose erasure is due, and of the first of the passwords that are counted.
 */
export type Progress =
  | 'counted-orders'
  | 'counted-forwarded'
  | 'counted-events'
  | 'erased-orders'
  | 'erased-forwarded'
  | 'erased-events'
  | 'erasure-due'
  | 'swept'
  | 'guessed-since'

/** Null when it was never noted. */
export function readProgress(sql: SqlStorage, what: Progress): number | null {
  const rows = sql.exec<{ at: number }>('SELECT at FROM progress WHERE what = ?', what)
  return rows.toArray()[0]?.at ?? null
}

export function noteProgress(sql: SqlStorage, what: Progress, at: number): void {
  sql.exec(
    'INSERT INTO progress (what, at) VALUES (?1, ?2) ON CONFLICT (what) DO UPDATE SET at = ?2',
    what,
    at,
  )
}

export function clearProgress(sql: SqlStorage, what: Progress): void {
  sql.exec('DELETE FROM progress WHERE what = ?', what)
}
