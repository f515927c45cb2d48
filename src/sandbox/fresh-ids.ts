/** Makes IDs that are new here and after a restart: milliseconds of the clock, each above the one before. */
export function freshIds(now: () => number): () => number {
  let last = 0
  return () => {
    last = Math.max(now(), last + 1)
    return last
  }
}
