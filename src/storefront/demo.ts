import { createMiddleware } from 'hono/factory'
import { type App, type AppContext, Routes } from '../http/app.ts'
import { asset } from '../http/asset.ts'
import { pageHeaders } from '../http/page.ts'
import { refuse, refuseUnconfigured, settings } from '../http/refuse.ts'
import { isSandboxed } from '../http/transport.ts'
import { isLoopback } from '../readers.ts'
import { readSettings } from '../settings.ts'
import type { DemoSettings } from './demo-settings.ts'

/**
 * A shop for show, which uses `embed.js` as a merchant's page does. It is there only while `DEMO` says so.
 *
 * Beside the sandbox the console is open. The vendor's script would be the console's own to a browser, so it is never run there.
 */
export const whileShown = createMiddleware<App>(async function whileShown(c, next) {
  const settings = readSettings(c.env, ['DEMO'])
  if (!settings.ok) return refuseUnconfigured(c, settings.error)
  return isShown(c.env) ? next() : notHere(c)
})

/** Says whether there is a demo. */
export function isShown(env: Env): boolean {
  const demo = readSettings(env, ['DEMO'])
  if (!demo.ok || demo.value.DEMO !== 'sandbox') return demo.ok && demo.value.DEMO === 'on'
  const embed = readSettings(env, ['SIGN_CUSTOMISER_EMBED_URL'])
  return embed.ok && isLoopback(new URL(embed.value.SIGN_CUSTOMISER_EMBED_URL))
}

/** Lets orders through only while they can reach nobody but this machine, whatever else is set. */
export const whileSandboxed = createMiddleware<App>(async function whileSandboxed(c, next) {
  return isSandboxed(c) ? next() : notHere(c)
})

const notHere = (c: AppContext) => refuse(c, { code: 'not-found', detail: 'This bridge has no such route.' })

const DEMO_SETTINGS = ['SIGN_CUSTOMISER_EMBED_URL', 'EMBED_ORIGINS', 'CURRENCY'] as const

export const demo = new Routes()
  .get('/', whileShown, settings(DEMO_SETTINGS), async (c) => {
    const { SIGN_CUSTOMISER_EMBED_URL, EMBED_ORIGINS, CURRENCY } = c.var.settings
    const embedUrl = new URL(SIGN_CUSTOMISER_EMBED_URL).origin
    const told: DemoSettings = { embedUrl, trusted: EMBED_ORIGINS, currency: CURRENCY }
    const { body } = new HTMLRewriter()
      .on('.designer', {
        element: (designer) => void designer.setAttribute('data-settings', JSON.stringify(told)),
      })
      .transform(await asset(c, isSandboxed(c) ? '/demo/sandbox' : '/demo/on'))
    const headers = pageHeaders({ images: `data: https: ${embedUrl}`, policy: policy(embedUrl) })
    return new Response(body, { headers: { 'content-type': 'text/html; charset=utf-8', ...headers } })
  })

  .get('/style.css', whileShown, (c) => asset(c, '/demo/style.css', c.req.raw))
  .get('/script.js', whileShown, (c) => asset(c, '/demo/script.js', c.req.raw))

/** What the designer may load: its script and frames from where the embed comes from, pictures from anywhere. */
const policy = (embed: string) => [
  `script-src 'self' ${embed}`,
  `frame-src ${embed} https://*.signcustomiser.com`,
  `connect-src 'self' ${embed} https://*.signcustomiser.com`,
]
