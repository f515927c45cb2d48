import type { DurableObject } from 'cloudflare:workers'
import { LedgerUnavailable, TooLargeToKeep } from '../http/problem.ts'
import { within } from '../within.ts'
import type { LedgerObject } from './ledger.ts'

/** The ledger's questions as a caller sees them: what they take and give is plain data, copied on the way. */
type LedgerMethods = Omit<LedgerObject, keyof DurableObject | 'deliver'>

/** How a question is asked. */
interface Manner {
  /** Asking twice would do more than asking once, so that it is not asked again where the object was reset on the way. */
  once?: boolean
  /** What the caller waits at most, in milliseconds. */
  patience?: number
}

const PATIENCE_MS = 5_500

/**
 * Asks the deployment's one ledger.
 *
 * Throws `LedgerUnavailable` when it can't be reached, fails or takes too long, which callers are told as a 503 with Retry-After.
 * Whatever was asked for may or may not have happened. Throws `TooLargeToKeep` when a row would be larger than SQLite takes: then
 * nothing happened.
 */
export async function askLedger<T>(
  env: Env,
  question: (ledger: LedgerMethods) => Promise<T>,
  { once = false, patience = PATIENCE_MS }: Manner = {},
): Promise<T> {
  // A stub that has thrown may stay broken, so each question gets its own.
  const ask = async () => question(env.LEDGER.getByName('ledger') as unknown as LedgerMethods)
  const answer = once ? ask() : ask().catch((fault) => (isReset(fault) ? ask() : Promise.reject(fault)))
  try {
    const inTime = await within(patience, answer)
    if (inTime !== 'late') return inTime
  } catch (cause) {
    if (String(cause).includes('SQLITE_TOOBIG')) throw new TooLargeToKeep('a row is too large', { cause })
    throw new LedgerUnavailable('the ledger did not answer', { cause })
  }
  throw new LedgerUnavailable(`the ledger took longer than ${patience} ms`)
}

/** A deployment resets the object; the next call meets a new one. One that has too much to do must not be asked again. */
const isReset = (fault: unknown): boolean => {
  const { retryable, overloaded } = Object(fault) as { retryable?: boolean; overloaded?: boolean }
  return retryable === true && overloaded !== true
}
