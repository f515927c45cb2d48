import { parseAnyDepth } from '../http/json.ts'
import { err, ok } from '../result.ts'
import { isGenuine, prefixed } from '../signing/hmac.ts'
import type { Scheme } from '../signing/scheme.ts'
import { canonicalReadings } from './canonical-json.ts'

const RAW = 'raw'
const encoder = new TextEncoder()

/** The encoder's bytes have a buffer of their own, which its type leaves open. A copy would cost as much as the HMAC. */
const utf8 = (text: string) => encoder.encode(text) as Uint8Array<ArrayBuffer>

/**
 * SHOPLINE's signature: `?sign=` holds the hex HMAC-SHA-256 of the timestamp header as sent, a colon and the body as JSON with
 * sorted keys. Two integrators were sent the same in the header `x-shopline-hmac-sha256`, which is read where the query has none.
 *
 * https://shopline-developers.readme.io/docs/webhook-signature says little of how that JSON is written, so every reading that
 * makes sense is tried until one fits, the raw body last: each is keyed over the same body, which more readings do not weaken.
 * A body that is not JSON has only the raw reading.
 */
export const shoplineSignature: Scheme = {
  tolerance: 'SHOPLINE_TOLERANCE_SECONDS',

  likelyCauses:
    'The body was changed on its way, or another secret signed it: webhooks are signed with the app secret of the ' +
    'Developer Center app that they belong to.',

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
    const json = parseAnyDepth(body)
    const tried: string[] = []
    if (json.ok)
      for (const { name, text } of canonicalReadings(json.value.value, json.value.text)) {
        if (tried.includes(text)) continue
        if (await isGenuine(secrets, signature, utf8(`${timestamp}:${text}`))) return name
        tried.push(text)
      }
    if (json.ok && tried.includes(json.value.text) && !hasByteOrderMark(body)) return null
    return (await isGenuine(secrets, signature, prefixed(`${timestamp}:`, body))) ? RAW : null
  },
}

/** JSON begins with ASCII, so this byte can only begin a mark, which the text is without. */
const hasByteOrderMark = ([first]: Uint8Array) => first === 0xef
