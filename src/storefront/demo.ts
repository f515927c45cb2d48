import { createMiddleware } from 'hono/factory'
import type { Design } from '../catalogue/design.ts'
import { type App, type AppContext, Routes } from '../http/app.ts'
import { asset } from '../http/asset.ts'
import { pageHeaders } from '../http/page.ts'
import { refuse, refuseUnconfigured, settings } from '../http/refuse.ts'
import { askLedger } from '../ledger/ask.ts'
import { isLoopback } from '../readers.ts'
import { readSettings } from '../settings.ts'

/** A shop for show, which uses `embed.js` as a merchant's page does. It is there only while `DEMO` says so. */
export const whileShown = createMiddleware<App>(async function whileShown(c, next) {
  const settings = readSettings(c.env, ['DEMO'])
  if (!settings.ok) return refuseUnconfigured(c, settings.error)
  return settings.value.DEMO === 'off' ? notHere(c) : next()
})

/** Lets orders through only while they can reach nobody but this machine, whatever else is set. */
export const whileSandboxed = createMiddleware<App>(async function whileSandboxed(c, next) {
  return takesOrders(c.env) ? next() : notHere(c)
})

const notHere = (c: AppContext) => refuse(c, { code: 'not-found', detail: 'This bridge has no such route.' })

function takesOrders(env: Env): boolean {
  const settings = readSettings(env, ['DEMO', 'SIGN_CUSTOMISER_API_URL'])
  if (!settings.ok) return false
  return settings.value.DEMO === 'sandbox' && isLoopback(new URL(settings.value.SIGN_CUSTOMISER_API_URL))
}

export const demo = new Routes()
  .get('/', whileShown, settings(['SIGN_CUSTOMISER_EMBED_URL']), async (c) => {
    const embed = new URL(c.var.settings.SIGN_CUSTOMISER_EMBED_URL).origin
    const { body } = await asset(c, takesOrders(c.env) ? '/demo/sandbox' : '/demo/on')
    const headers = pageHeaders({ images: `data: https: ${embed}`, policy: policy(embed) })
    return new Response(body, { headers: { 'content-type': 'text/html; charset=utf-8', ...headers } })
  })

  .get('/style.css', whileShown, (c) => asset(c, '/demo/style.css', c.req.raw))
  .get('/script.js', whileShown, (c) => asset(c, '/demo/script.js', c.req.raw))

  /** What a store's backend would take from `GET /products/{external_id}`: title and price do not come from the browser. */
  .get('/products/:external_id', whileShown, async (c) => {
    const external_id = c.req.param('external_id')
    const text = await askLedger(c.env, (ledger) => ledger.design(external_id))
    if (text === null)
      return refuse(c, { code: 'not-found', detail: 'There is no product with this external_id.' })
    const { title, price, currency, image }: Design = JSON.parse(new TextDecoder().decode(text))
    return c.json({ external_id, title, price, currency, image })
  })

/** What the designer may load: its script and frames from where the embed comes from, pictures from anywhere. */
const policy = (embed: string) => [
  `script-src 'self' ${embed}`,
  `frame-src ${embed} https://*.signcustomiser.com`,
  `connect-src 'self' ${embed} https://*.signcustomiser.com`,
]
