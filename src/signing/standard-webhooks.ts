import { prefixed, signBytes } from './hmac.ts'

/**
 * The `webhook-signature` header of Standard Webhooks, version 1: for each secret `v1,` and the base64 HMAC-SHA-256 of ID, timestamp
 * in Unix seconds and body, separated by blanks. One that fits is enough for a receiver, so that it can change secrets at its own
 * time. Each secret is `whsec_` and the key in base64.
 */
export async function standardSignatures(
  secrets: readonly string[],
  id: string,
  timestamp: string,
  body: string,
): Promise<string> {
  const signatures = secrets.map((secret) => standardSignature(secret, id, timestamp, body))
  return (await Promise.all(signatures)).join(' ')
}

async function standardSignature(
  secret: string,
  id: string,
  timestamp: string,
  body: string,
): Promise<string> {
  const key = Uint8Array.from(atob(secret.slice('whsec_'.length)), (char) => char.charCodeAt(0))
  const signature = await signBytes(key, prefixed(`${id}.${timestamp}.${body}`, new Uint8Array(0)))
  return `v1,${btoa(String.fromCharCode(...signature))}`
}
