import type { Refusal } from '../http/problem.ts'
import type { Result } from '../result.ts'

/** What a request says of its signature, before its body is read. `timestamp` is as sent, in Unix seconds. */
export interface Claim {
  timestamp: string
  signature: string
}

/** How one vendor signs its requests. */
export interface Scheme {
  /** Finds the signature's parts in headers and URL and checks their shape and age; `now` in Unix seconds. */
  claim(request: Request, now: number): Result<Claim, Refusal>
  /** Says whether one of the secrets signed these very bytes at the claimed time. */
  vouches(claim: Claim, body: Uint8Array<ArrayBuffer>, secrets: readonly string[]): Promise<boolean>
}

/** Checks a timestamp's form and that it lies within `tolerance` seconds of now, either way. */
export function checkAge(timestamp: string, now: number, tolerance: number): Refusal | null {
  if (!/^\d{1,15}$/.test(timestamp))
    return { code: 'malformed-timestamp', detail: 'Send a Unix time in seconds, in digits only.' }
  const age = now - Number(timestamp)
  if (age > tolerance)
    return {
      code: 'timestamp-too-old',
      detail: `Signed more than ${tolerance} seconds ago: send it anew, and check the clock of the sender.`,
    }
  if (age < -tolerance)
    return {
      code: 'timestamp-too-new',
      detail: `Signed more than ${tolerance} seconds in the future: check the clock of the sender, and that the time is in seconds.`,
    }
  return null
}
