/** One page of a list; `next` is the sequence number below which the next page begins, null on the last one. */
export interface Page<T> {
  items: T[]
  next: number | null
}

/** A page ends early when its rows come to more than this, in bytes: what leaves the ledger at once is limited. */
const LARGEST_PAGE = 4 * 1024 * 1024

/** Makes a page of rows that are read one beyond the limit. `size` is what a row comes to, in bytes, where that may be much. */
export function paged<R extends { seq: number; size?: number }, T>(
  rows: Iterable<R>,
  limit: number,
  viewOf: (row: R) => T,
): Page<T> {
  const items: T[] = []
  let last: number | null = null
  let size = 0
  for (const row of rows) {
    size += row.size ?? 0
    if (items.length === limit || (size > LARGEST_PAGE && items.length > 0)) return { items, next: last }
    items.push(viewOf(row))
    last = row.seq
  }
  return { items, next: null }
}

/** The bounds, from and below, of all text that begins with `prefix`; unlike LIKE, an index serves them. */
export const prefixRange = (prefix: string): [string, string] => [prefix, `${prefix}\u{10ffff}`]
