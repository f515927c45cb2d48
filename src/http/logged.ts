import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import { log } from '../log.ts'
import type { App } from './app.ts'

/**
 * Gives each request an ID, in its answer and in its one log line. An ID that comes in is not trusted.
 *
 * A flood of failures leaves no lines. `answered` is told of each request at its end.
 */
export const logged = (answered: (c: Context<App>) => void) =>
  createMiddleware<App>(async function logged(c, next) {
    const began = Date.now()
    const request_id = crypto.randomUUID()
    const facts: App['Variables']['facts'] = {}
    c.set('requestId', request_id)
    c.set('facts', facts)
    await next()
    c.res.headers.set('x-request-id', request_id)
    answered(c)
    if (facts.code === 'too-many-failures') return
    const { status } = c.res
    log(status >= 500 && status !== 503 ? 'error' : status >= 400 ? 'warn' : 'log', {
      event: 'request',
      request_id,
      method: c.req.method,
      route: facts.code === 'not-found' ? 'none' : routePath(c, -1),
      status,
      ...facts,
      duration_ms: Date.now() - began,
    })
  })
