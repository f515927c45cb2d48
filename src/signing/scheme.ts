import type { Refusal } from '../http/problem.ts'
import type { Result } from '../result.ts'

/** What a request says of its signature, before its body is read. `timestamp` is as sent, in Unix seconds. */
export interface Claim {
  timestamp: string
  signature: string
}

/** What a signature proved. */
export interface Vouched {
  /** The way of writing the body that the signature fits, as the log names it. */
  reading: string
  /** What was signed beside the timestamp: equal for equal events, however their bodies are laid out. */
  content: Uint8Array<ArrayBuffer>
}

/** How one vendor signs its requests. */
export interface Scheme {
  /** How many seconds from now, either way, a request may have been signed; 0 for any time. Or the setting that says so. */
  tolerance: number | 'SHOPLINE_TOLERANCE_SECONDS'
  /** What a mismatch most likely comes from, as a sentence. */
  likelyCauses: string
  /** Finds the signature's parts in headers and URL and checks their shape. */
  claim(request: Request): Result<Claim, Refusal>
  /** Tells what of the body one of the secrets signed at the claimed time; null when none did. */
  vouches(claim: Claim, body: Uint8Array<ArrayBuffer>, secrets: readonly string[]): Promise<Vouched | null>
}

/** Checks a timestamp's form and that it lies within `tolerance` seconds of now, either way; 0 is no limit. */
export function checkAge(timestamp: string, now: number, tolerance: number): Refusal | null {
  if (!/^\d{1,15}$/.test(timestamp))
    return { code: 'malformed-timestamp', detail: 'Send a Unix time in seconds, in digits only.' }
  if (tolerance === 0) return null
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
