/**
 * A design as a store needs it. Prices are integers in minor units (2999 is 29.99 in a currency with two decimals).
 * Whatever the payload did not say in a usable form is null; `product`, beside it where a design is published, has it as it was
 * signed, or as it was imported.
 */
export interface Design {
  external_id: string
  /** Sign Customiser's own ID; null when the payload had none that can be used. */
  product_id: string | null
  /** `event`: its callback never came, a subscription's `product:created` did. */
  source: 'callback' | 'event' | 'import'
  title: string | null
  description: string | null
  price: number | null
  compare_price: number | null
  currency: string
  image: string | null
  /** The product's own times, as it gives them. */
  created_at: string | null
  updated_at: string | null
  /** When the bridge received this version, ISO 8601 in UTC. */
  received_at: string
}

const encoder = new TextEncoder()
const OPENING = 0x7b
const CLOSING = 0x7d

/**
 * The JSON of a signed design, in UTF-8: the members of the signed body, then those of the design, which is JSON text.
 *
 * `signed` is the JSON object that was signed, `{"product":…}`, as its bytes came. They are put in as they are, so that nothing is
 * lost or written differently, and 256 KB are neither decoded nor encoded on their way. The design's members come last because
 * the last of duplicate keys wins.
 */
export function published(design: string, signed: Uint8Array): Uint8Array<ArrayBuffer> {
  const members = signed.subarray(signed.indexOf(OPENING), signed.lastIndexOf(CLOSING))
  const ours = encoder.encode(`,${design.slice(1)}`)
  const json = new Uint8Array(members.length + ours.length)
  json.set(members)
  json.set(ours, members.length)
  return json
}
