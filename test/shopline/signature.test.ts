import { afterEach, describe, expect, it, vi } from 'vitest'
import { shoplineSignature } from '../../src/shopline/signature.ts'
import { prefixed, sign } from '../../src/signing/hmac.ts'
import { utf8 } from '../bridge.ts'
import own from '../payloads/shopline/signatures.json'
import vendor from '../payloads/shopline/webhook-signature-vector.json'

/** The reading that fits; null when none does. */
async function vouches(
  body: string | Uint8Array<ArrayBuffer>,
  signature: string,
  secrets = [own.secret],
): Promise<string | null> {
  const claim = { timestamp: own.timestamp, signature }
  const bytes = typeof body === 'string' ? utf8(body) : body
  return (await shoplineSignature.vouches(claim, bytes, secrets))?.reading ?? null
}

afterEach(() => vi.restoreAllMocks())

describe('shoplineSignature', () => {
  it("fits the vendor's published example", async () => {
    const vouched = await shoplineSignature.vouches(
      { timestamp: vendor.timestamp, signature: vendor.sign },
      utf8(JSON.stringify(vendor.payload)),
      [vendor.secret],
    )

    expect(vouched?.reading).toBe('javascript-keys javascript-numbers')
    expect(new TextDecoder().decode(vouched?.content)).toBe(vendor.message.slice('1618994178:'.length))
  })

  // `signed` was written by hand; `sign` is Python's hmac.new(b'app-secret', b'1618994178:' + signed.encode(), 'sha256').
  it.each(own.cases)('reads $title', async ({ body, reading, sign }) => {
    expect(await vouches(body, sign)).toBe(reading)
  })

  it.each(own.cases)('refuses $title after one letter was added', async ({ body, sign }) => {
    expect(await vouches(`${body}x`, sign)).toBeNull()
  })

  it('finds the secret that signed among several', async () => {
    const [{ body, sign } = { body: '', sign: '' }] = own.cases

    expect(await vouches(body, sign, ['older', own.secret])).not.toBeNull()
    expect(await vouches(body, sign, ['older', 'newer'])).toBeNull()
  })

  it('takes a signature in capitals', async () => {
    const [{ body, sign } = { body: '', sign: '' }] = own.cases

    expect(await vouches(body, sign.toUpperCase())).not.toBeNull()
  })

  it.each([
    ['100,000 nested lists', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['100,000 nested objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['lists that never end', '['.repeat(100_000)],
    ['a string that never ends', `{"a":"${'\\"'.repeat(100_000)}`],
    ['100,000 odd numbers', `[${'1.0,'.repeat(100_000)}1]`],
    ['100,000 integer-like keys', `{${Array.from({ length: 100_000 }, (_, i) => `"${i}":1.0`).join()}}`],
    ['bytes that are not UTF-8', new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])],
  ])('refuses %s', async (_, body) => {
    expect(await vouches(body, '0'.repeat(64))).toBeNull()
  })

  it.each([
    ['once where the body is what SHOPLINE would have signed', '{"a":1,"b":2}', 1],
    ['twice where its keys are in another order', '{"b":2,"a":1}', 2],
    ['twice where a number may be printed otherwise', '{"a":1.0,"b":2}', 2],
    ['three times where both are so', '{"b":2,"a":1.0}', 3],
    ['once where it is larger than an order', `{"b":2,"a":"${'a'.repeat(262_144)}"}`, 1],
  ])('is hashed %s', async (_, body, times) => {
    const verify = vi.spyOn(crypto.subtle, 'verify')

    expect(await vouches(body, '0'.repeat(64))).toBeNull()
    expect(verify).toHaveBeenCalledTimes(times)
  })

  it('reads 128 levels and no more', async () => {
    const nested = (levels: number) => `${'['.repeat(levels)}{"b":1,"a":2}${']'.repeat(levels)}`
    const signature = (text: string) => sign(own.secret, prefixed(`${own.timestamp}:`, utf8(text)))
    const sorted = (levels: number) => `${'['.repeat(levels)}{"a":2,"b":1}${']'.repeat(levels)}`

    expect(await vouches(nested(127), await signature(sorted(127)))).toBe(
      'javascript-keys javascript-numbers',
    )
    expect(await vouches(nested(128), await signature(sorted(128)))).toBeNull()
    expect(await vouches(nested(128), await signature(nested(128)))).toBe('raw')
  })
})
