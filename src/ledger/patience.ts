/** Waits at most `ms` milliseconds for work, which goes on all the same: its result, or `late`. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | 'late'> {
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
