import { Routes } from '../http/app.ts'
import { withEtag } from '../http/page.ts'
import { settings } from '../http/refuse.ts'
import { readSettings } from '../settings.ts'
import type { EmbedSettings } from './embed-settings.ts'
import { text } from './generated/embed.ts'

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
  return withEtag(
    c,
    scriptWith({
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
      'cross-origin-resource-policy': 'cross-origin',
    },
  )
})

/** JSON is an expression of JavaScript; it goes in as an argument, so nothing in it can be read as code. */
export const scriptWith = (settings: EmbedSettings) =>
  `(function(SETTINGS){${text}})(${JSON.stringify(settings)});\n`
