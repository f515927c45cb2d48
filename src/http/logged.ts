import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import { log } from '../log.ts'
import type { App, AppContext } from './app.ts'

/** The pattern of this middleware, which is all that fits where there is no route. */
const EVERY_PATH = '/*'

/**
 * Gives each request an ID, in its answer and in its one log line. An ID that comes in is not trusted.
 *
 * A flood of failures leaves no lines. `answered` is told of each request at its end.
 *
 * A route is named by its pattern, and an ID from its path only where something was found under it: until then it is whatever a
 * caller typed.
 */
export const logged = (answered: (c: AppContext) => void) =>
  createMiddleware<App>(async function logged(c, next) {
    const began = Date.now()
    const request_id = crypto.randomUUID()
    const line: App['Variables']['line'] = {}
    const route = routePath(c, -1)
    c.set('requestId', request_id)
    c.set('route', route)
    c.set('line', line)
    await next()
    c.res.headers.set('x-request-id', request_id)
    answered(c)
    if (line.code === 'too-many-failures') return
    if (line.code === 'not-found' || line.code === 'invalid-payload') delete line.external_id
    const { status } = c.res
    log(status >= 500 && status !== 503 ? 'error' : status >= 400 ? 'warn' : 'log', {
      event: 'request',
      request_id,
      method: c.req.method,
      route: route === EVERY_PATH ? 'none' : route,
      status,
      ...line,
      duration_ms: Date.now() - began,
    })
  })
