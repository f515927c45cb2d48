import type { EmbedSettings } from '../embed-settings.ts'
import { type AddLine, listen } from './page.ts'

declare const SETTINGS: EmbedSettings
declare global {
  interface Window {
    /** The first `embed.js` of a page works for all. */
    signCustomiserBridge?: AddLine
  }
}

/** Stands in a shop's page: shows the designer, and puts what it makes in the cart. */
const script = document.currentScript
if (script instanceof HTMLScriptElement) {
  window.signCustomiserBridge ??= listen()
  window.signCustomiserBridge(script, SETTINGS)
} else
  console.error(
    'embed.js: it reads its attributes by document.currentScript, which is null in a module, by import or eval. ' +
      `Load it as <script async src="${SETTINGS.bridge}/embed.js" data-cart="event"></script>`,
  )
