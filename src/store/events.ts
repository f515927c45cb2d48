import { Routes } from '../http/app.ts'
import { authorised } from '../http/auth.ts'
import { cursorOf, readListQuery } from '../http/list-query.ts'
import { refuse } from '../http/refuse.ts'
import { askLedger } from '../ledger/ask.ts'

/** The events that vendors sent, newest first, for the store's backend. */
export const events = new Routes().get('/', authorised, async (c) => {
  const query = readListQuery(c.req.query())
  if (!query.ok) return refuse(c, query.error)
  const topic = c.req.query('topic') ?? ''
  const page = await askLedger(c.env, (ledger) =>
    ledger.events({ ...query.value, topic: topic === '' ? null : topic }),
  )
  return c.json({ events: page.items, next_cursor: cursorOf(page.next) })
})
