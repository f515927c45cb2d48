import type { Context } from 'hono'
import { LedgerUnavailable } from '../ledger/ask.ts'
import { logFault } from '../log.ts'
import type { App, Routes } from './app.ts'
import { refuse } from './problem.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Answers what no route took: 405 naming the methods when the path is known, else 404. */
export const unmatched = (app: Routes) => (c: Context<App>) => {
  const allowed = METHODS.filter((method) => hasHandler(app, method, c.req.path))
  if (allowed.length === 0) return refuse(c, { code: 'not-found', detail: 'This bridge has no such route.' })
  const allow = allowed.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ')
  return refuse(c, { code: 'method-not-allowed', detail: `Use ${allow}.` }, { headers: { allow } })
}

/** More matches than the logging middleware, which is there for every path. */
const hasHandler = (app: Routes, method: string, path: string) => app.router.match(method, path)[0].length > 1

/** Answers a fault of ours: it is logged whole, and told as no more than its class. */
export function onFault(fault: Error, c: Context<App>): Response {
  logFault(fault, { request_id: c.get('requestId') })
  if (fault instanceof LedgerUnavailable)
    return refuse(
      c,
      { code: 'storage-unavailable', detail: 'Nothing was acknowledged: send the same request again.' },
      { headers: { 'retry-after': '5' } },
    )
  return refuse(c, { code: 'internal-error', detail: 'The fault has been logged under this request_id.' })
}
