/**
 * Sends a request and reads its answer, both within so many milliseconds, else rejects.
 *
 * `AbortSignal.timeout` would be shorter; Safari has it since 2022.
 */
export async function fetchWithin<T>(
  ms: number,
  url: string,
  read: (response: Response) => T | Promise<T>,
  init: RequestInit = {},
): Promise<T> {
  const control = new AbortController()
  const timer = setTimeout(() => control.abort(), ms)
  try {
    return await read(await fetch(url, { ...init, signal: control.signal }))
  } finally {
    clearTimeout(timer)
  }
}
