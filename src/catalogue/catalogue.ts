/** The only place that knows a key's name. KV holds one key for each design and nothing else. */
const keyOf = (externalId: string) => `product:${externalId}`
/** What KV takes for a key at most, in bytes. */
const LONGEST_KEY = 512

/** Says whether KV can have a design under this ID. */
export const hasKey = (externalId: string) =>
  new TextEncoder().encode(keyOf(externalId)).length <= LONGEST_KEY

/**
 * Puts a design's JSON where every edge can read it.
 *
 * Rejects when KV does: it is a read cache, so the caller notes the failure in the ledger and goes on.
 */
export function publish(
  kv: KVNamespace,
  externalId: string,
  json: Uint8Array<ArrayBuffer> | string,
): Promise<void> {
  return kv.put(keyOf(externalId), json)
}

/**
 * The JSON of a published design, or null where KV has none. Rejects when KV can't be read.
 *
 * Never asked for a design before its first write: KV caches "not found" as it caches a value.
 */
export async function find(kv: KVNamespace, externalId: string): Promise<ReadableStream | null> {
  return hasKey(externalId) ? kv.get(keyOf(externalId), 'stream') : null
}

/** Takes a design out of KV. Edges may show it for a minute longer. */
export function withdraw(kv: KVNamespace, externalId: string): Promise<void> {
  return kv.delete(keyOf(externalId))
}

/** Reads a key that is never written, so that what KV caches of it can't matter. Rejects when KV can't be read. */
export async function isReadable(kv: KVNamespace): Promise<true> {
  await kv.get('ready')
  return true
}
