import { describe, expect, it } from 'vitest'
import { shoplineSignature } from '../../src/shopline/signature.ts'
import { prefixed, sign } from '../../src/signing/hmac.ts'
import { utf8 } from '../bridge.ts'
import own from '../payloads/shopline/signatures.json'
import vendor from '../payloads/shopline/webhook-signature-vector.json'

const vouches = (body: string | Uint8Array<ArrayBuffer>, signature: string, secrets = [own.secret]) =>
  shoplineSignature.vouches(
    { timestamp: own.timestamp, signature },
    typeof body === 'string' ? utf8(body) : body,
    secrets,
  )

describe('shoplineSignature', () => {
  it("fits the vendor's published example", async () => {
    const reading = await shoplineSignature.vouches(
      { timestamp: vendor.timestamp, signature: vendor.sign },
      utf8(JSON.stringify(vendor.payload)),
      [vendor.secret],
    )

    expect(reading).toBe('javascript-keys javascript-numbers')
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
