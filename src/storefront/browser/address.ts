/**
 * An address that an attribute names, from the page's own: a `<base>` may point elsewhere. Null when it is none that a browser
 * may be sent to: one of this shop, or one with `https`.
 */
export function addressOf(text: string): URL | null {
  try {
    const url = new URL(text, location.href)
    const isOurs = url.origin === location.origin && url.protocol === 'http:'
    return isOurs || url.protocol === 'https:' ? url : null
  } catch {
    return null
  }
}
