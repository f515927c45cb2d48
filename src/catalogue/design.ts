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

/**
 * The JSON text of a signed design: the members of the signed body, then those of the design.
 *
 * `signed` is the text of the JSON object that was signed, `{"product":…}`. It is put in as it came, so that nothing of it is
 * lost or written differently, and its 256 KB are not serialised again. The design's members come last because the last of
 * duplicate keys wins.
 */
export function designText(design: Design, signed: string): string {
  const members = signed.slice(signed.indexOf('{') + 1, signed.lastIndexOf('}'))
  return `{${members},${JSON.stringify(design).slice(1)}`
}
