import type { AppContext } from '../http/app.ts'
import { askLedger } from '../ledger/ask.ts'
import { logFault } from '../log.ts'

const FLUSH_MS = 10_000

/** What this isolate has refused and the ledger does not know yet, and since when. What dies with the isolate is not counted. */
let pending: Record<string, number> = {}
let since: number | null = null

/** Counts a request that was refused. The ledger is told at most every ten seconds, by the request that comes then. */
export function countRefusal(c: AppContext): void {
  const { code } = c.var.line
  if (code !== undefined) {
    pending[code] = (pending[code] ?? 0) + 1
    since ??= Date.now()
  }
  if (since !== null && Date.now() - since >= FLUSH_MS) c.executionCtx.waitUntil(flushRefusals(c.env))
}

/** Tells the ledger what was counted. Counts that it could not take are lost, which is logged. */
export async function flushRefusals(env: Env): Promise<void> {
  if (since === null) return
  const refusals = pending
  pending = {}
  since = null
  try {
    await askLedger(env, (ledger) => ledger.countRefusals(refusals), { once: true })
  } catch (fault) {
    logFault(fault, { code: 'refusals-lost' })
  }
}
