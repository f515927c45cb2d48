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
