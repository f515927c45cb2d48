import type { EmbedSettings } from '../embed-settings.ts'
import { add } from './adding.ts'
import { report } from './blocked.ts'
import { holds, type Line, lineOf, loadDesigner, placeDesigner, TAG } from './line.ts'
import { designIn, isTrusted } from './message.ts'
import { pending } from './pending.ts'

/** Takes a further line of the page. */
export type AddLine = (script: HTMLScriptElement, settings: EmbedSettings) => void

/** Listens in a page, once for all its lines. */
export function listen(): AddLine {
  const lines: Line[] = []

  /** A shop of a single page may have taken older ones away. */
  const newest = () =>
    lines.filter(({ script, designer }) => script.isConnected || designer?.isConnected).pop()

  addEventListener('message', ({ origin, source, data }) => {
    const line = lines.find((each) => holds(each, source)) ?? newest() ?? lines[lines.length - 1]
    const design = line && isTrusted(origin, location.origin, line.settings) ? designIn(data) : null
    if (line && design) add(design, line)
  })

  document.addEventListener('securitypolicyviolation', (violation) => {
    const line = newest()
    if (line) report(violation, line)
  })

  return (script, settings) => {
    const line = lineOf(script, settings)
    lines.push(line)
    whenParsed(() => {
      if (![settings.bridge, ...settings.stores].includes(location.origin))
        console.warn(`embed.js: the bridge's STORE_ORIGINS lacks ${location.origin}`)
      if (!hasOwnDesigner(lines) && document.body.contains(script)) placeDesigner(line)
      loadDesigner(line)
      if (line === lines[0]) resume(newest() ?? line)
    })
  }
}

/** Ends what an earlier page of this tab began. */
function resume(line: Line): void {
  for (const productId of pending()) add({ externalId: null, productId }, line, true)
}

/** Says whether the page has a designer that none of its lines placed. */
const hasOwnDesigner = (lines: Line[]) =>
  [...document.querySelectorAll(TAG)].some((each) => !lines.some(({ designer }) => designer === each))

function whenParsed(then: () => void): void {
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', then, { once: true })
  else then()
}
