import { err, ok } from '../result.ts'
import { isGenuine, prefixed } from '../signing/hmac.ts'
import type { Scheme } from '../signing/scheme.ts'
import { canonicalReadings } from './canonical-json.ts'

/**
 * SHOPLINE's signature: `?sign=` holds the hex HMAC-SHA-256 of the timestamp header as sent, a colon and the body as JSON with
 * sorted keys. Two integrators were sent the same in the header `x-shopline-hmac-sha256`, which is read where the query has none.
 *
 * https://shopline-developers.readme.io/docs/webhook-signature says little of how that JSON is written, so every reading that
 * makes sense is tried until one fits, the raw body last: each is keyed over the same body, which more readings do not weaken.
 * A body that is no JSON, or none that an order comes in, has only the raw reading.
 */
export const shoplineSignature: Scheme = {
  tolerance: 'SHOPLINE_TOLERANCE_SECONDS',

  likelyCauses:
    'The body was changed on its way, or another secret signed it: webhooks are signed with the app secret of the ' +
    'Developer Center app that they belong to. Over 256 KB only a signature of the very bytes that came is known.',

  claim({ url, headers }) {
    const timestamp = headers.get('x-shopline-developer-event-timestamp')
    const [sign, ...others] = new URL(url).searchParams.getAll('sign')
    const signature = sign ?? headers.get('x-shopline-hmac-sha256')
    if (!signature || !timestamp)
      return err({
        code: 'missing-signature',
        detail: 'Send the query parameter sign and the header x-shopline-developer-event-timestamp.',
      })
    if (others.length > 0 || !/^[0-9a-f]{64}$/i.test(signature))
      return err({
        code: 'malformed-signature',
        detail: 'Send sign once, as exactly 64 hex digits.',
      })
    return ok({ timestamp, signature })
  },

  async vouches({ timestamp, signature }, body, secrets) {
    const before = `${timestamp}:`
    const contents: Uint8Array[] = []
    for (const { name, text } of canonicalReadings(body, before)) {
      const content = text.subarray(before.length)
      if (await isGenuine(secrets, signature, text)) return { reading: name, content }
      contents.push(content)
    }
    if (contents.some((content) => isSame(content, body))) return null
    const isOurs = await isGenuine(secrets, signature, prefixed(before, body))
    return isOurs ? { reading: 'raw', content: body } : null
  },
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false
  return true
}
