/**
 * `cancelled`, `shared` and `reported` are about an order's ID, `refused` about a product's SKU or about the store's token, `told`
 * about a matter that an operator was told of.
 */
export type Mark = 'cancelled' | 'shared' | 'reported' | 'refused' | 'told'

/** Notes something down; says whether it was news. `reportedAt` is the reporter's own time, in milliseconds since 1970. */
export function setMark(
  sql: SqlStorage,
  mark: Mark,
  about: string,
  reportedAt: number | null = null,
): boolean {
  const { rowsWritten } = sql.exec(
    'INSERT OR IGNORE INTO marks (mark, about, reported_at) VALUES (?, ?, ?)',
    mark,
    about,
    reportedAt,
  )
  return rowsWritten > 0
}

export function clearMark(sql: SqlStorage, mark: Mark, about: string): void {
  sql.exec('DELETE FROM marks WHERE mark = ? AND about = ?', mark, about)
}

/** When the reporter says that what was noted happened; null when it did not say, undefined when nothing was noted. */
export function readMark(sql: SqlStorage, mark: Mark, about: string): number | null | undefined {
  const rows = sql.exec<{ reported_at: number | null }>(
    'SELECT reported_at FROM marks WHERE mark = ? AND about = ?',
    mark,
    about,
  )
  return rows.toArray()[0]?.reported_at
}

/** Notes the newest time that a reporter gives for something; says whether nothing newer was noted before. */
export function noteNewest(sql: SqlStorage, mark: Mark, about: string, reportedAt: number): boolean {
  const { rowsWritten } = sql.exec(
    `INSERT INTO marks (mark, about, reported_at) VALUES (?1, ?2, ?3)
     ON CONFLICT (mark, about) DO UPDATE SET reported_at = ?3 WHERE reported_at IS NULL OR reported_at < ?3`,
    mark,
    about,
    reportedAt,
  )
  return rowsWritten > 0 || readMark(sql, mark, about) === reportedAt
}
