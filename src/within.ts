/** Waits at most `ms` milliseconds for work, which goes on all the same: its result, or `late`. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | 'late'> {
  // A timer costs more than asking whether the work is done.
  const already = await Promise.race<T | typeof undone>([work, Promise.resolve(undone)])
  if (already !== undone) return already
  let stop = () => {}
  const late = new Promise<'late'>((resolve) => {
    const timer = setTimeout(() => resolve('late'), ms)
    stop = () => clearTimeout(timer)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    stop()
  }
}

const undone = Symbol('undone')
