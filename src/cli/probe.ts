import { type Answer, call } from './call.ts'
import { signedBySignCustomiser } from './signing.ts'

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
