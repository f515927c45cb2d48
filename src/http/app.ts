import type { Context } from 'hono'
import { HonoBase, type HonoOptions } from 'hono/hono-base'
import { TrieRouter } from 'hono/router/trie-router'
import type { LogLine } from '../log.ts'

/** What every handler can rely on. Middleware that reads more, such as a body, says so in its own type. */
export interface App {
  Bindings: Env
  Variables: {
    requestId: string
    /** The pattern of the route that was asked for. */
    route: string
    /** What a handler adds to its request's log line. */
    line: Pick<LogLine, 'code' | 'external_id' | 'topic' | 'state' | 'settings' | 'count' | 'reading'>
  }
}

/** A handler's context, whatever its middleware has read. Hono's own type is that of one set of variables alone, for its `set`. */
export type AppContext = Omit<Context<App>, 'get' | 'set'>

/**
 * Hono with the one router that can hold `/orders/retry` beside `/orders/{external_id}/retry`. The `Hono` of its package finds
 * that out with the first request, after milliseconds of trying another.
 */
export class Routes extends HonoBase<App> {
  constructor(options: HonoOptions<App> = {}) {
    super({ router: new TrieRouter(), ...options })
  }
}
