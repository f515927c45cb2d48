import { HonoBase, type HonoOptions } from 'hono/hono-base'
import { TrieRouter } from 'hono/router/trie-router'
import type { LogLine } from '../log.ts'
import type { Json } from './json.ts'

/** What every handler can rely on. `body` and `json` are there only behind the middleware that has read them. */
export interface App {
  Bindings: Env
  Variables: {
    requestId: string
    /** Facts a handler adds to its request's log line. */
    facts: Pick<LogLine, 'code' | 'external_id' | 'topic' | 'state' | 'settings' | 'count' | 'reading'>
    body: Uint8Array<ArrayBuffer>
    json: Json
  }
}

/**
 * Hono with the one router that can hold `/orders/retry` beside `/orders/{external_id}/retry`. The `Hono` of its package finds
 * that out with the first request, after milliseconds of trying another.
 */
export class Routes extends HonoBase<App> {
  constructor(options: HonoOptions<App> = {}) {
    super({ router: new TrieRouter(), ...options })
  }
}
