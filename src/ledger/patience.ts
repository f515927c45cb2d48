/** Waits at most `ms` milliseconds for work, which goes on all the same: its result, or `late`. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | 'late'> {
  let timer: number | null = null
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
