import { createMiddleware } from 'hono/factory'
import { type App, Routes } from '../http/app.ts'
import { refuse, refuseUnconfigured } from '../http/refuse.ts'
import { askLedger } from '../ledger/ask.ts'
import { readSettings } from '../settings.ts'

/** Lets the pages of `STORE_ORIGINS`, and no others, read the answer, whatever it is. */
const readableByStores = createMiddleware<App>(async function readableByStores(c, next) {
  const settings = readSettings(c.env, ['STORE_ORIGINS'])
  if (!settings.ok) return refuseUnconfigured(c, settings.error)
  await next()
  const origin = c.req.header('origin')
  c.res.headers.append('vary', 'Origin')
  if (origin !== undefined && settings.value.STORE_ORIGINS.includes(origin))
    c.res.headers.set('access-control-allow-origin', origin)
  return
})

/**
 * Which product ID a design has, for the page in which it was just made.
 *
 * The page may ask before the callback has come. KV would go on saying "not found" for a minute, so only the ledger is asked.
 */
export const productIds = new Routes().get('/:product_id', readableByStores, async (c) => {
  const product_id = c.req.param('product_id')
  const isUsable = /^[A-Za-z0-9_-]{1,64}$/.test(product_id)
  const external_id = isUsable ? await askLedger(c.env, (ledger) => ledger.productIdOf(product_id)) : null
  if (external_id === null)
    return refuse(
      c,
      { code: 'not-found', detail: 'No design of this product_id has arrived yet.' },
      { headers: { 'retry-after': '1', 'cache-control': 'no-store' } },
    )
  c.var.line.external_id = external_id
  return c.json({ external_id }, 200, { 'cache-control': 'public, max-age=3600' })
})
