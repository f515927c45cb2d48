import { Routes } from '../http/app.ts'
import { authorised } from '../http/auth.ts'
import { cursorOf, readListQuery } from '../http/list-query.ts'
import { refuse } from '../http/refuse.ts'
import { askLedger } from '../ledger/ask.ts'
import type { EventView } from '../ledger/events.ts'

/** The events that vendors sent, newest first, for the store's backend. */
export const events = new Routes().get('/', authorised, async (c) => {
  const query = readListQuery(c.req.query())
  if (!query.ok) return refuse(c, query.error)
  const topic = c.req.query('topic') ?? ''
  const page = await askLedger(c.env, (ledger) =>
    ledger.events({ ...query.value, topic: topic === '' ? null : topic }),
  )
  const list = page.items.map(textOf).join(',')
  return c.body(`{"events":[${list}],"next_cursor":${JSON.stringify(cursorOf(page.next))}}`, 200, {
    'content-type': 'application/json',
  })
})

/** The body is put in as it was sent: parsed, a number of twenty digits would be another one. */
const textOf = ({ payload, ...event }: EventView) => `{"payload":${payload},${JSON.stringify(event).slice(1)}`
