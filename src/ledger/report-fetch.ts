import type { EventKey } from './events.ts'
import { queue } from './outbox.ts'
import { prefixRange } from './page.ts'

/** What is to be fetched, and the event that asked for it. */
export interface Fetch {
  order_id: string
  event: EventKey
}

/** Has an order fetched from its platform, unless that is about to be done anyway. */
export function queueFetch(env: Env, sql: SqlStorage, fetch: Fetch, now: number): void {
  const prefix = `fetch_${fetch.order_id}_`
  const waiting = sql.exec(
    `SELECT seq FROM deliveries
     WHERE destination = 'shopline' AND external_id >= ? AND external_id < ? AND state = 'queued' LIMIT 1`,
    ...prefixRange(prefix),
  )
  if (waiting.toArray().length > 0) return
  const id = `${prefix}${crypto.randomUUID()}`
  queue(
    env,
    sql,
    { destination: 'shopline', id, source: fetch.event.topic, body: JSON.stringify(fetch) },
    now,
  )
}
