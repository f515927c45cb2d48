import { canonicalReadings } from '../shopline/canonical-json.ts'
import { prefixed, sign } from '../signing/hmac.ts'
import { type Answer, call } from './call.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** What a signed request carries beside its body. */
export interface Signed {
  headers: Record<string, string>
  query: Record<string, string>
}

/** Signs as Sign Customiser does. */
export async function signedBySignCustomiser(
  secret: string,
  timestamp: string,
  body: Bytes,
): Promise<Signed> {
  const signature = await sign(secret, prefixed(`${timestamp}.`, body))
  return { headers: { 'x-webhook-timestamp': timestamp, 'x-webhook-signature': signature }, query: {} }
}

/** Signs as SHOPLINE's published example does: JSON with its keys sorted; the body itself where it is no JSON. */
export async function signedByShopline(secret: string, timestamp: string, body: Bytes): Promise<Signed> {
  const before = `${timestamp}:`
  const [reading] = canonicalReadings(body, before)
  return {
    headers: { 'x-shopline-developer-event-timestamp': timestamp },
    query: { sign: await sign(secret, reading?.text ?? prefixed(before, body)) },
  }
}

/** Signed, but no JSON: a bridge that knows the secret answers 400, and nothing is stored. */
const PROBE = new Uint8Array(new TextEncoder().encode('a probe'))

/** Asks a signed route whether it knows a secret. */
export async function probe(
  url: string,
  secret: string,
  now: number,
): Promise<{ isKnown: boolean; answer: Answer }> {
  const { headers } = await signedBySignCustomiser(secret, `${Math.floor(now / 1000)}`, PROBE)
  const answer = await call(url, { method: 'POST', headers, body: PROBE })
  return { isKnown: answer.status === 400, answer }
}
