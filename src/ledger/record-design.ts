import { publish } from '../catalogue/catalogue.ts'
import { published } from '../catalogue/design.ts'
import { logFault } from '../log.ts'
import { within } from '../within.ts'
import { askLedger } from './ask.ts'
import type { NewDesign, Recorded } from './designs.ts'

/** A design with the body that was signed, as its bytes came. */
export interface SignedDesign extends NewDesign {
  signed: Uint8Array<ArrayBuffer>
}

/** What a shopper waits at most for KV, in milliseconds. */
const PATIENCE_MS = 1_000

/**
 * The designs that this isolate has put into KV: a hint, which saves putting a repeated callback again. A new isolate has none and
 * puts the same value once more, since whoever took the first callback may have died between ledger and KV.
 */
const put = new Set<string>()
const MOST_KNOWN = 10_000

/**
 * Records a design in the ledger, and puts it into KV once the ledger has called it new or changed.
 *
 * Resolves once the ledger has it, and waits a second at most for KV, which only serves: a put that failed or is late has the body
 * handed to the ledger, whose alarm puts it. A changed design is put once more a minute later, since of two puts that race KV
 * keeps either. Throws `LedgerUnavailable`. `waitUntil` takes what goes on after the answer.
 */
export async function recordDesign(
  env: Env,
  waitUntil: (work: Promise<unknown>) => void,
  { signed, ...design }: SignedDesign,
): Promise<Recorded> {
  const { external_id, source } = design.design
  const { digest } = design
  const recorded = await askLedger(env, (ledger) => ledger.recordDesign(design))
  const isPublished = recorded === 'new' || recorded === 'changed'
  // Nobody waits for an event, and most tell of a design that is known.
  const isAgain = recorded === 'known' && source !== 'event' && !put.has(`${external_id} ${digest}`)
  if (!isPublished && !isAgain) return recorded

  const hold = () => askLedger(env, (ledger) => ledger.holdDesign(external_id, digest, signed))
  const putting = putIntoKv(env, external_id, published(JSON.stringify(design.design), signed))
  const result = await within(PATIENCE_MS, putting)
  if (result !== 'put' || recorded === 'changed') await hold()
  // A put that lands so late may land on top of a newer one.
  if (result === 'late') waitUntil(putting.then(hold))
  if (result === 'put') remember(`${external_id} ${digest}`)
  return recorded
}

function remember(version: string): void {
  if (put.size >= MOST_KNOWN) put.clear()
  put.add(version)
}

async function putIntoKv(
  env: Env,
  externalId: string,
  json: Uint8Array<ArrayBuffer>,
): Promise<'put' | 'failed'> {
  try {
    await publish(env.CATALOGUE, externalId, json)
    return 'put'
  } catch (error) {
    logFault(error, { external_id: externalId, code: 'catalogue-put-failed' })
    return 'failed'
  }
}
