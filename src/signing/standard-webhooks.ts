import { prefixed, signBytes } from './hmac.ts'

/**
 * The `webhook-signature` header of Standard Webhooks, version 1: base64 HMAC-SHA-256 of ID, timestamp in Unix seconds and body.
 * `secret` is `whsec_` and the key in base64.
 */
export async function standardSignature(
  secret: string,
  id: string,
  timestamp: string,
  body: string,
): Promise<string> {
  const key = Uint8Array.from(atob(secret.slice('whsec_'.length)), (char) => char.charCodeAt(0))
  const signature = await signBytes(key, prefixed(`${id}.${timestamp}.${body}`, new Uint8Array(0)))
  return `v1,${btoa(String.fromCharCode(...signature))}`
}
