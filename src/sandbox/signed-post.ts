import { prefixed, sign } from '../signing/hmac.ts'

/** What the receiver of a signed request answered. */
export interface Answer {
  status: number
  body: unknown
}

/**
 * Posts JSON signed as Sign Customiser signs: `x-webhook-signature` is the hex HMAC-SHA-256 of `timestamp.body`.
 *
 * `now` in milliseconds. Null when no answer came.
 */
export async function signedPost(
  url: string,
  secret: string,
  content: unknown,
  now: number,
): Promise<Answer | null> {
  const body = new TextEncoder().encode(JSON.stringify(content))
  const timestamp = `${Math.floor(now / 1000)}`
  const headers = {
    'content-type': 'application/json',
    'x-webhook-timestamp': timestamp,
    'x-webhook-signature': await sign(secret, prefixed(`${timestamp}.`, body)),
  }
  const response = await fetch(url, { method: 'POST', headers, body }).catch(() => null)
  if (response === null) return null
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, body: isJson ? JSON.parse(text) : text }
}
