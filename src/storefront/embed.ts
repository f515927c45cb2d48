import { type AppContext, Routes } from '../http/app.ts'
import { asset } from '../http/asset.ts'
import { settings } from '../http/refuse.ts'
import { readSettings } from '../settings.ts'
import { sha256 } from '../signing/hmac.ts'
import type { EmbedSettings } from './embed-settings.ts'

const EMBED_SETTINGS = [
  'SIGN_CUSTOMISER_EMBED_URL',
  'SIGN_CUSTOMISER_CUSTOMISER_ID',
  'STORE_ORIGINS',
  'EMBED_ORIGINS',
] as const

/** The script that a shop puts in its page, told the bridge's settings. */
export const embed = new Routes().get('/', settings(EMBED_SETTINGS), async (c) => {
  const { SIGN_CUSTOMISER_EMBED_URL, SIGN_CUSTOMISER_CUSTOMISER_ID, STORE_ORIGINS, EMBED_ORIGINS } =
    c.var.settings
  const integration = readSettings(c.env, ['SIGN_CUSTOMISER_INTEGRATION_ID'])
  const script = await asset(c, '/embed/script.js')
  return withEtag(
    c,
    scriptWith(await script.text(), {
      bridge: new URL(c.req.url).origin,
      embedUrl: SIGN_CUSTOMISER_EMBED_URL,
      trusted: EMBED_ORIGINS,
      stores: STORE_ORIGINS,
      customiserId: SIGN_CUSTOMISER_CUSTOMISER_ID,
      // A page that names the integration itself does without the setting.
      integrationId: integration.ok ? `${integration.value.SIGN_CUSTOMISER_INTEGRATION_ID}` : null,
    }),
    {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=300, stale-while-revalidate=86400',
      // Nothing in it is a secret; a line with `crossorigin` is refused without.
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    },
  )
})

/** JSON is an expression of JavaScript; it goes in as an argument, so nothing in it can be read as code. */
const scriptWith = (script: string, settings: EmbedSettings) =>
  `(function(SETTINGS){${script}})(${JSON.stringify(settings)});\n`

/** Answers with a text that callers keep, or with 304 while theirs is the same. */
async function withEtag(c: AppContext, text: string, headers: Record<string, string>): Promise<Response> {
  const etag = `"${(await sha256(text)).slice(0, 32)}"`
  const theirs = c.req.header('if-none-match') ?? ''
  const all = { ...headers, etag, 'x-content-type-options': 'nosniff' }
  // A proxy that compresses makes a strong tag weak; this comparison is the weak one (RFC 9110, 13.1.2).
  const isSame =
    theirs.trim() === '*' || theirs.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
  return isSame ? c.body(null, 304, all) : c.body(text, 200, all)
}
