import { createMiddleware } from 'hono/factory'
import { type App, Routes } from '../http/app.ts'
import { isTooOften } from '../http/rate.ts'
import { refuse, refuseFlood, refuseUnconfigured } from '../http/refuse.ts'
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
 * The page may ask before the callback has come. KV would go on saying "not found" for a minute, so only the ledger is asked. What
 * it has answered is kept for an hour where it was asked for, since a design's ID never changes; only what is not kept counts
 * against the limit, and nobody who asks too often reaches the ledger.
 */
export const productIds = new Routes().get('/:product_id', readableByStores, async (c) => {
  const product_id = c.req.param('product_id')
  const isUsable = /^[A-Za-z0-9_-]{1,64}$/.test(product_id)
  const address = new URL(`/storefront/products/${product_id}`, c.req.url).href
  const kept = isUsable ? await caches.default.match(address) : undefined
  if (kept) return new Response(kept.body, kept)
  if (await isTooOften(c, 'LOOKUPS', c.var.route)) return refuseFlood(c, TOO_MANY)
  const external_id = isUsable ? await askLedger(c.env, (ledger) => ledger.productIdOf(product_id)) : null
  if (external_id === null)
    return refuse(
      c,
      { code: 'not-found', detail: 'No design of this product_id has arrived yet.' },
      { headers: { 'retry-after': '1', 'cache-control': 'no-store' } },
    )
  c.var.line.external_id = external_id
  const answer = c.json({ external_id }, 200, { 'cache-control': 'public, max-age=3600' })
  c.executionCtx.waitUntil(caches.default.put(address, answer.clone()))
  return answer
})

const TOO_MANY = 'More than 120 products a minute were asked for from this address.'
