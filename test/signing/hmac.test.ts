import { describe, expect, it } from 'vitest'
import { isGenuine, isOneOf, prefixed, sha256, sign } from '../../src/signing/hmac.ts'
import { utf8 } from '../bridge.ts'

const ascii = (byte: number, times: number) => String.fromCharCode(byte).repeat(times)

/** RFC 4231, the cases whose key is text; and the vendor's published steps, computed with OpenSSL. */
const KNOWN = [
  [
    'RFC 4231 case 1',
    ascii(0x0b, 20),
    'Hi There',
    'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  ],
  [
    'RFC 4231 case 2',
    'Jefe',
    'what do ya want for nothing?',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  [
    'the steps of the vendor page',
    'test_secret',
    '1704067200.{"product":{"product_id":1}}',
    '3da1c1af4293dc4b2ce09f2c4a9882a5de01a222e7ac2531972cab1e3f07e985',
  ],
] as const

describe('sign', () => {
  it.each(KNOWN)('agrees with %s', async (_, secret, message, signature) => {
    expect(await sign(secret, utf8(message))).toBe(signature)
  })
})

describe('isGenuine', () => {
  it.each(KNOWN)('knows the signature of %s', async (_, secret, message, signature) => {
    expect(await isGenuine([secret], signature, utf8(message))).toBe(true)
    expect(await isGenuine([secret], signature.toUpperCase(), utf8(message))).toBe(true)
    expect(await isGenuine(['another', secret], signature, utf8(message))).toBe(true)
    expect(await isGenuine(['another'], signature, utf8(message))).toBe(false)
    expect(await isGenuine([], signature, utf8(message))).toBe(false)
  })

  it.each([
    ['empty', ''],
    ['a digit short', 'a'.repeat(63)],
    ['a digit long', 'a'.repeat(65)],
    ['not hex', 'g'.repeat(64)],
    ['prefixed', `sha256=${'a'.repeat(57)}`],
    ['followed by a line end', `${KNOWN[1][3]}\n`],
    ['interrupted by junk', KNOWN[1][3].replace(/..(?=.)/g, '$& ').slice(0, 64)],
  ])('calls a signature that is %s no signature', async (_, signature) => {
    expect(await isGenuine(['Jefe'], signature, utf8(KNOWN[1][2]))).toBe(false)
  })
})

describe('isOneOf', () => {
  it.each([
    ['the token', 'token-1', true],
    ['the other token', 'token-2', true],
    ['a beginning of it', 'token', false],
    ['more than it', 'token-11', false],
    ['nothing', '', false],
  ])('is right about %s', async (_, presented, expected) => {
    expect(await isOneOf(['token-1', 'token-2'], presented)).toBe(expected)
  })
})

describe('sha256', () => {
  it('agrees with FIPS 180-2', async () => {
    expect(await sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})

describe('prefixed', () => {
  it('leaves the body as it is, whatever its bytes', () => {
    expect([...prefixed('1.', Uint8Array.of(0xff, 0xfe, 0))]).toEqual([0x31, 0x2e, 0xff, 0xfe, 0])
  })
})
