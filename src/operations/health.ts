import { Routes } from '../http/app.ts'
import { readinessOf } from './readiness.ts'

/** Says that the Worker runs, whatever ails it, and what its clock shows: signatures live by it. */
export const health = new Routes().get('/', (c) =>
  c.json({ ok: true }, 200, { date: new Date().toUTCString() }),
)

/** Says whether the bridge can do its work, and check by check what it lacks; it writes nothing. */
export const ready = new Routes().get('/', async (c) => {
  const readiness = await readinessOf(c.env, Date.now())
  return c.json(readiness, readiness.ready ? 200 : 503, {
    'cache-control': 'no-store',
    ...(!readiness.ready && { 'retry-after': '60' }),
  })
})
