import type { AppContext } from '../http/app.ts'
import { onFault } from '../http/refuse.ts'
import { turnAway } from './access.ts'
import type { Notice } from './notice.ts'

/** After a button was pressed: the page it led to, which can be loaded again without pressing it again. */
export const seeOther = (c: AppContext, path: string, done: Notice) => c.redirect(`${path}?done=${done}`, 303)

export const noOrder = (c: AppContext) =>
  turnAway(c, 'not-found', 404, 'No such order', 'The bridge has no order of this ID.')

export const badQuery = (c: AppContext) =>
  turnAway(c, 'invalid-query', 422, 'This list does not exist', 'A part of the address is wrong.')

/** A fault as a page: it is logged whole, and told as no more than its class. */
export async function failed(fault: Error, c: AppContext): Promise<Response> {
  const { status } = onFault(fault, c)
  if (status === 503)
    return turnAway(c, 'storage-unavailable', 503, 'The ledger can not be reached', 'Load this page again.')
  return turnAway(c, 'internal-error', 500, 'The bridge failed', 'The fault has been logged.')
}
