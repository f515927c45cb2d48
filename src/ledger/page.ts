/** One page of a list; `next` is the sequence number below which the next page begins, null on the last one. */
export interface Page<T> {
  items: T[]
  next: number | null
}

/** Makes a page of rows that were read one beyond the limit. */
export function paged<R extends { seq: number }, T>(
  rows: R[],
  limit: number,
  viewOf: (row: R) => T,
): Page<T> {
  const items = rows.slice(0, limit)
  return { items: items.map(viewOf), next: rows.length > limit ? (items.at(-1)?.seq ?? null) : null }
}

/** The bounds, from and below, of all text that begins with `prefix`; unlike LIKE, an index serves them. */
export const prefixRange = (prefix: string): [string, string] => [prefix, `${prefix}\u{10ffff}`]
