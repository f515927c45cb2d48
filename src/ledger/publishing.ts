import { publish } from '../catalogue/catalogue.ts'
import { log, logFault } from '../log.ts'
import { within } from '../within.ts'
import { markPublished, markUnpublished, unpublished } from './designs.ts'

const MOST_PUTS_PER_RUN = 10
const LONGEST_PUT_MS = 5_000
export const PUBLISH_AGAIN_MS = 60_000

/**
 * Puts the newest version of designs into KV where an earlier put failed, was too slow, or may have been overtaken.
 *
 * It stops at the first failure, since what ails KV ails the rest, and is asked again a minute later.
 */
export async function publishDue(sql: SqlStorage, kv: KVNamespace): Promise<void> {
  for (const { external_id, signed_at, text } of unpublished(sql, Date.now(), MOST_PUTS_PER_RUN)) {
    // Put off before it is tried, so that an instance that dies in between comes back to it.
    markUnpublished(sql, external_id, Date.now() + PUBLISH_AGAIN_MS)
    try {
      if ((await within(LONGEST_PUT_MS, publish(kv, external_id, text))) === 'late')
        throw new Error('KV took too long')
    } catch (error) {
      logFault(error, { external_id, code: 'catalogue-put-failed' })
      return
    }
    markPublished(sql, external_id, signed_at)
    log('log', { event: 'catalogue', external_id, state: 'published' })
  }
}
