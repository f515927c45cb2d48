import type { DurableObject } from 'cloudflare:workers'
import { LedgerUnavailable } from '../http/problem.ts'
import type { LedgerObject } from './ledger.ts'

/** The ledger's methods as a caller sees them: what they take and give is plain data, copied on the way. */
type LedgerMethods = Omit<LedgerObject, keyof DurableObject | 'deliver'>

/**
 * Asks the deployment's one ledger.
 *
 * Throws `LedgerUnavailable` when it can't be reached or fails, which callers are told as a 503 with Retry-After.
 */
export async function askLedger<T>(env: Env, question: (ledger: LedgerMethods) => Promise<T>): Promise<T> {
  try {
    // A stub that has thrown may stay broken, so each question gets its own.
    return await question(env.LEDGER.getByName('ledger') as unknown as LedgerMethods)
  } catch (cause) {
    throw new LedgerUnavailable('the ledger did not answer', { cause })
  }
}
