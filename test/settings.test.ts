import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { readSettings, type SettingName } from '../src/settings.ts'

const read = (name: SettingName, raw: string | undefined) =>
  readSettings({ ...env, [name]: raw } as unknown as Env, [name])

describe('a secret', () => {
  it('may be several, separated by blanks', () => {
    const [one, two, three] = ['one', 'two', 'three'].map((word) => word.padEnd(16, '-'))
    expect(read('STORE_API_TOKEN', `${one} ${two}\t${three}`)).toMatchObject({
      value: { STORE_API_TOKEN: [one, two, three] },
    })
  })

  it.each([
    ['missing', undefined, 'is not set'],
    ['empty', '', 'is not set'],
    ['blank', ' \t', 'is not set'],
    ['padded in front', ' one', 'begins or ends with a blank'],
    ['padded behind', 'one\n', 'begins or ends with a blank'],
    ['a placeholder', 'replace-with-a-token-of-your-own', 'still holds its placeholder'],
    ['a placeholder beside a real one', 'one replace-me', 'still holds its placeholder'],
    ['one too many', 'a b c d e f', 'holds more than 5 secrets: blanks separate them'],
    ['easily guessed', 'fifteen-letters', 'must be 16 characters or more'],
    ['a sentence', 'open sesame please', 'must be 16 characters or more, each of those that blanks separate'],
  ])('that is %s is not used, nor told', (_, raw, detail) => {
    expect(read('STORE_API_TOKEN', raw)).toEqual({
      ok: false,
      error: [{ setting: 'STORE_API_TOKEN', detail }],
    })
  })
})

describe('the fewest characters of a secret', () => {
  it.each<[SettingName, number]>([
    ['STORE_API_TOKEN', 16],
    ['CONSOLE_PASSWORD', 16],
    ['SHOPLINE_HOOK_KEY', 32],
    ['SIGN_CUSTOMISER_INTEGRATION_SECRET', 8],
    ['SIGN_CUSTOMISER_WEBHOOK_SECRET', 8],
    ['SIGN_CUSTOMISER_API_TOKEN', 8],
    ['SHOPLINE_APP_SECRET', 8],
    ['SHOPLINE_ACCESS_TOKEN', 8],
  ])('for %s are %i', (name, least) => {
    expect(read(name, 's'.repeat(least)).ok).toBe(true)
    expect(read(name, 's'.repeat(least - 1))).toEqual({
      ok: false,
      error: [{ setting: name, detail: `must be ${least} characters or more` }],
    })
  })
})

describe('a setting', () => {
  it.each<[SettingName, string | undefined, unknown]>([
    ['SIGN_CUSTOMISER_INTEGRATION_ID', '42', 42],
    ['SIGN_CUSTOMISER_API_URL', undefined, 'https://web.signcustomiser.com'],
    ['SIGN_CUSTOMISER_API_URL', ' ', 'https://web.signcustomiser.com'],
    ['SIGN_CUSTOMISER_API_URL', 'https://example.com/', 'https://example.com'],
    ['SIGN_CUSTOMISER_API_URL', 'http://localhost:8080', 'http://localhost:8080'],
    ['SIGN_CUSTOMISER_API_URL', 'http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['SIGN_CUSTOMISER_API_URL', 'http://[::1]:8080', 'http://[::1]:8080'],
    ['CURRENCY', undefined, 'USD'],
    ['CURRENCY', 'TWD', 'TWD'],
    ['RELAY_GIVE_UP_HOURS', '', 72],
    ['RELAY_GIVE_UP_HOURS', '0.5', 0.5],
    ['MAX_BODY_BYTES', undefined, 1_048_576],
    ['MAX_BODY_BYTES', '1500000', 1_500_000],
    ['SHOPLINE_TOLERANCE_SECONDS', '', 604_800],
    ['SHOPLINE_MERCHANT_ID', '', null],
    ['SHOPLINE_MERCHANT_ID', '5F0BDA5E4E5FCA0010C81FEF', '5f0bda5e4e5fca0010c81fef'],
  ])('%s that is %j is read as %j', (name, raw, value) => {
    expect(read(name, raw)).toEqual({ ok: true, value: { [name]: value } })
  })

  it.each<[SettingName, string | undefined]>([
    ['SIGN_CUSTOMISER_API_TOKEN', 'two tokens'],
    ['SIGN_CUSTOMISER_INTEGRATION_ID', undefined],
    ['SIGN_CUSTOMISER_INTEGRATION_ID', '0'],
    ['SIGN_CUSTOMISER_INTEGRATION_ID', '42a'],
    ['SIGN_CUSTOMISER_INTEGRATION_ID', '4.2'],
    ['SIGN_CUSTOMISER_INTEGRATION_ID', '99999999999999999999'],
    ['SIGN_CUSTOMISER_API_URL', 'web.signcustomiser.com'],
    ['SIGN_CUSTOMISER_API_URL', 'http://web.signcustomiser.com'],
    ['SIGN_CUSTOMISER_API_URL', 'https://web.signcustomiser.com/api'],
    ['SIGN_CUSTOMISER_API_URL', 'https://user:pass@web.signcustomiser.com'],
    ['SIGN_CUSTOMISER_API_URL', 'http://127.0.0.1.example.com'],
    ['SIGN_CUSTOMISER_API_URL', ' https://web.signcustomiser.com'],
    ['CURRENCY', 'usd'],
    ['RELAY_TIMEOUT_SECONDS', '-1'],
    ['RELAY_TIMEOUT_SECONDS', '1e3'],
    ['RELAY_TIMEOUT_SECONDS', 'ten'],
    ['MAX_BODY_BYTES', '0'],
    ['EVENTS_SECRET', 'whsec_'],
    ['EVENTS_SECRET', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS'],
    ['EVENTS_SECRET', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    ['EVENTS_SECRET', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw whsec_short'],
    ['MAX_BODY_BYTES', '1500001'],
    ['SHOPLINE_MERCHANT_ID', '5f0bda5e4e5fca0010c81fe'],
    ['SHOPLINE_APP_ID', '5f0bda5e4e5fca0010c81feg'],
  ])('%s that is %j is refused by name', (name, raw) => {
    expect(read(name, raw)).toMatchObject({ ok: false, error: [{ setting: name }] })
  })
})
