import { askLedger } from '../ledger/ask.ts'
import { logFault } from '../log.ts'

/** What the cron trigger does every five minutes: has the ledger look for what was left behind and for a lost alarm. */
export async function sweep(env: Env): Promise<void> {
  try {
    await askLedger(env, (ledger) => ledger.sweep())
  } catch (fault) {
    logFault(fault, { code: 'sweep-failed' })
    throw fault
  }
}
