const SECOND = 1000
const HOUR = 3600 * SECOND

/** However often an order failed, it is tried at least this often, in milliseconds. */
const LONGEST_STEP = 6 * HOUR
/** A longer Retry-After is taken for a mistake: the other side is asked again after a day, in milliseconds. */
const LONGEST_RETRY_AFTER = 24 * HOUR

/** Milliseconds of step `n`, 1-based: the first step, doubling, never more than `longest`. */
export function step(n: number, firstMs: number, longest = LONGEST_STEP): number {
  return Math.min(firstMs * 2 ** (n - 1), longest)
}

/**
 * Milliseconds to wait before the next attempt after attempt `n`: 50 to 100 % of its step, so that orders that failed together
 * do not come back together. `random` is from 0 to 1.
 */
export function backOff(n: number, firstMs: number, random: number): number {
  return step(n, firstMs) * (0.5 + random / 2)
}

/**
 * Milliseconds that a Retry-After header asks to wait, at most a day; null when it asks for nothing that can be understood.
 * It is a number of seconds or a date (RFC 9110, 10.2.3); a date that has passed asks for no wait.
 */
export function retryAfter(header: string | null, now: number): number | null {
  const text = header?.trim() ?? ''
  const wait = /^\d+$/.test(text) ? Number(text) * SECOND : Date.parse(/GMT$/.test(text) ? text : '') - now
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), LONGEST_RETRY_AFTER)
}
