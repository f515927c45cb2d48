import { publish } from '../catalogue/catalogue.ts'
import { designText } from '../catalogue/design.ts'
import { logFault } from '../log.ts'
import { within } from '../within.ts'
import { askLedger } from './ask.ts'
import type { NewDesign, Recorded } from './designs.ts'

/** What a shopper waits at most for KV, in milliseconds. */
const PATIENCE_MS = 1_000

/**
 * The IDs that this isolate has put into KV: a hint, which saves putting a repeated callback again. A new isolate has none and
 * puts the same value once more.
 */
const seen = new Set<string>()
const MOST_SEEN = 10_000

/**
 * Records a design in the ledger and puts it into KV, side by side.
 *
 * Resolves once the ledger has it, and waits a second at most for KV, which only serves: what KV misses, the ledger's alarm
 * puts again. Throws `LedgerUnavailable`. `waitUntil` takes what goes on after the answer.
 */
export async function recordDesign(
  env: Env,
  waitUntil: (work: Promise<unknown>) => void,
  design: NewDesign,
): Promise<Recorded> {
  const { external_id } = design.design
  const put = () => putIntoKv(env, external_id, designText(design.design, design.signed))
  // Nobody waits for an event, and most tell of a design that is known.
  const early = design.design.source !== 'event' && firstSightOf(external_id) ? put() : null
  const recorded = await askLedger(env, (ledger) => ledger.recordDesign(design))

  const again = () => askLedger(env, (ledger) => ledger.publishAgain(external_id))
  if (recorded === 'new' || recorded === 'changed') {
    const late = early ?? put()
    const result = await within(PATIENCE_MS, late)
    if (result !== 'put') waitUntil(again())
    // A put that lands so late may land on top of a newer one.
    if (result === 'late') waitUntil(late.then(again))
  } else if (early && recorded !== 'known') {
    // An older version went into KV before the ledger could say that it is older.
    waitUntil(early.then(again))
  }
  return recorded
}

function firstSightOf(externalId: string): boolean {
  if (seen.has(externalId)) return false
  if (seen.size >= MOST_SEEN) seen.clear()
  seen.add(externalId)
  return true
}

async function putIntoKv(env: Env, externalId: string, text: string): Promise<'put' | 'failed'> {
  try {
    await publish(env.CATALOGUE, externalId, text)
    return 'put'
  } catch (error) {
    logFault(error, { external_id: externalId, code: 'catalogue-put-failed' })
    return 'failed'
  }
}
