const encoder = new TextEncoder()

/** Importing a key costs as much as hashing 2 KB, so each secret's key is kept; more than a few are never live. */
const keys = new Map<string, Promise<CryptoKey>>()
const MOST_KEYS = 32

function keyOf(secret: string): Promise<CryptoKey> {
  const known = keys.get(secret)
  if (known) return known
  if (keys.size >= MOST_KEYS) keys.clear()
  const key = importKey(encoder.encode(secret))
  keys.set(secret, key)
  return key
}

const importKey = (bytes: Uint8Array): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])

const hexOf = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(hex.length / 2)
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = 16 * digitOf(hex.charCodeAt(2 * i)) + digitOf(hex.charCodeAt(2 * i + 1))
  return bytes
}

/** A hex digit's value: the low bits of `0`–`9` are it, those of `A`–`F` and `a`–`f` count from 1. */
const digitOf = (code: number) => (code & 15) + (code >= 65 ? 9 : 0)

/**
 * Says whether one of the secrets, used as text, made `signature`, an HMAC-SHA-256 of `message` in hex.
 *
 * Anything but 64 hex digits is no signature. The comparison takes the same time wherever two differ.
 */
export async function isGenuine(
  secrets: readonly string[],
  signature: string,
  message: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  if (!/^[0-9a-f]{64}$/i.test(signature)) return false
  const bytes = bytesOf(signature)
  for (const secret of secrets) {
    if (await crypto.subtle.verify('HMAC', await keyOf(secret), bytes, message)) return true
  }
  return false
}

/** Signs `message` with HMAC-SHA-256 and returns 64 lower-case hex digits. */
export async function sign(secret: string, message: Uint8Array<ArrayBuffer>): Promise<string> {
  return hexOf(await crypto.subtle.sign('HMAC', await keyOf(secret), message))
}

/** Signs `message` with HMAC-SHA-256 under a key that is bytes, not text. */
export async function signBytes(
  key: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign('HMAC', await importKey(key), message))
}

/** The SHA-256 of bytes, or of text as UTF-8, in 64 lower-case hex digits. */
export async function sha256(content: Uint8Array<ArrayBuffer> | string): Promise<string> {
  const bytes = typeof content === 'string' ? encoder.encode(content) : content
  return hexOf(await crypto.subtle.digest('SHA-256', bytes))
}

/** The bytes of `prefix` in UTF-8 followed by `body`, untouched: what both vendors sign. */
export function prefixed(prefix: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const start = encoder.encode(prefix)
  const message = new Uint8Array(start.length + body.length)
  message.set(start)
  message.set(body, start.length)
  return message
}

/**
 * Says whether a presented token is one of those expected, in time that tells nothing about them.
 *
 * Each side is signed first, so that neither length nor content of the expected token shows in the comparison.
 */
export async function isOneOf(expected: readonly string[], presented: string): Promise<boolean> {
  const message = encoder.encode(presented)
  for (const token of expected) {
    const proof = await proofOf(token)
    if (await crypto.subtle.verify('HMAC', await keyOf(token), proof, message)) return true
  }
  return false
}

/** Each expected token signed with itself, kept as the keys are. */
const proofs = new Map<string, Promise<ArrayBuffer>>()

function proofOf(token: string): Promise<ArrayBuffer> {
  const known = proofs.get(token)
  if (known) return known
  if (proofs.size >= MOST_KEYS) proofs.clear()
  const proof = keyOf(token).then((key) => crypto.subtle.sign('HMAC', key, encoder.encode(token)))
  proofs.set(token, proof)
  return proof
}
