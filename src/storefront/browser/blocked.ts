import { fail, type Line } from './line.ts'
import { isVendors } from './message.ts'

const said = new Set<string>()

/** Says, once for each, which address of the bridge or of the designer the page's Content-Security-Policy forbids. */
export function report(
  { blockedURI, effectiveDirective, disposition }: SecurityPolicyViolationEvent,
  line: Line,
): void {
  const [origin = ''] = /^https?:\/\/[^/?#]+/.exec(blockedURI) ?? []
  if (disposition === 'report' || (origin !== line.settings.bridge && !isVendors(origin, line.settings)))
    return
  const directive = effectiveDirective.replace(/-(elem|attr)$/, '')
  const words = `this page's Content-Security-Policy lacks ${origin} in ${directive}`
  if (said.has(words)) return
  said.add(words)
  console.error(`embed.js: ${words}`)
  fail(line, 'blocked', { directive, origin })
}
