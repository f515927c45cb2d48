import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { command, utf8 } from './command.ts'
import { ROOT } from './project.ts'

const NOW = 1_704_067_200_000
const TIMESTAMP = `${NOW / 1000}`
const SETTINGS = {
  SIGN_CUSTOMISER_INTEGRATION_SECRET: 'old-secret integration-secret',
  SIGN_CUSTOMISER_WEBHOOK_SECRET: 'webhook-secret',
  SHOPLINE_APP_SECRET: 'app-secret',
}

const hmac = (secret: string, text: string) => createHmac('sha256', secret).update(text).digest('hex')

/** Verifies a body as it arrived against a signature over what was signed. */
async function verify(
  arrived: string,
  signed = arrived,
  more: { secret?: string; timestamp?: string; flags?: string[] } = {},
) {
  const { secret = 'integration-secret', timestamp = TIMESTAMP, flags = [] } = more
  const signature = hmac(secret, `${timestamp}.${signed}`)
  const words = ['verify', '-', '--timestamp', timestamp, '--signature', signature, ...flags]
  return command(words, { settings: SETTINGS, read: async () => utf8(arrived), now: () => NOW })
}

const BODY = '{"product":{"title":"Café","url":"https://a.example/1"}}'

describe('npm run bridge -- verify', () => {
  it('says yes to the vendor’s own scheme, by a known answer', async () => {
    const words = ['verify', '-', '--timestamp', '1704067200', '--signature']
    const known = '3da1c1af4293dc4b2ce09f2c4a9882a5de01a222e7ac2531972cab1e3f07e985'
    const surroundings = {
      settings: { SIGN_CUSTOMISER_INTEGRATION_SECRET: 'test_secret' },
      read: async () => utf8('{"product":{"product_id":1}}'),
      now: () => NOW,
    }

    expect(await command([...words, known], surroundings)).toMatchObject({
      code: 0,
      text: expect.stringMatching(/^Yes/),
    })
    expect(await command([...words, known.replace('3', '4')], surroundings)).toMatchObject({ code: 1 })
  })

  it.each([
    [
      'pretty-printed before',
      BODY,
      JSON.stringify(JSON.parse(BODY), null, 2),
      'two-space indentation was lost',
    ],
    [
      'with four spaces before',
      BODY,
      JSON.stringify(JSON.parse(BODY), null, 4),
      'four-space indentation was lost',
    ],
    ['pretty-printed since', JSON.stringify(JSON.parse(BODY), null, 2), BODY, 'parsed and written again'],
    ['with slashes escaped before', BODY, BODY.replaceAll('/', '\\/'), 'escaped slashes'],
    ['with letters escaped before', BODY, BODY.replace('é', '\\u00e9'), '\\u escapes became letters'],
    ['as PHP writes it', BODY, BODY.replace('é', '\\u00e9').replaceAll('/', '\\/'), 'PHP’s json_encode'],
    ['without its last line break', BODY, `${BODY}\n`, 'a line break at its end was dropped'],
    ['with a line break more', `${BODY}\n`, BODY, 'a line break was added at its end'],
    ['with a byte-order mark', `\u{feff}${BODY}`, BODY, 'a byte-order mark was added'],
    ['without its byte-order mark', BODY, `\u{feff}${BODY}`, 'a byte-order mark was dropped'],
    ['with the line breaks of Windows', '{\r\n}', '{\n}', 'those of Windows'],
  ])('names what happened to a body %s', async (_, arrived, signed, story) => {
    expect(await verify(arrived, signed)).toMatchObject({ code: 1, text: expect.stringContaining(story) })
  })

  it('names the other secret', async () => {
    expect(await verify(BODY, BODY, { secret: 'webhook-secret' })).toMatchObject({
      code: 0,
      text: expect.stringContaining('SIGN_CUSTOMISER_WEBHOOK_SECRET, the secret of webhook subscriptions'),
    })
  })

  it('takes each of several live secrets', async () => {
    expect(await verify(BODY, BODY, { secret: 'old-secret' })).toMatchObject({ code: 0 })
  })

  it.each([
    ['too old', `${NOW / 1000 - 423}`, 'too old by 123'],
    ['ahead', `${NOW / 1000 + 310}`, 'at least 10'],
    ['in milliseconds', `${NOW}`, 'in milliseconds'],
  ])('says of a genuine signature that it is %s', async (_, timestamp, story) => {
    expect(await verify(BODY, BODY, { timestamp })).toMatchObject({
      code: 1,
      text: expect.stringContaining(story),
    })
  })

  it.each([
    ['has a prefix', `sha256=${'a'.repeat(64)}`, 'prefix'],
    ['is Base64', 'q1b2/8aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=', 'Base64'],
    ['was cut off', 'ab12', '4 hex digits instead of 64'],
  ])('says of a signature that it %s', async (_, signature, story) => {
    const words = ['verify', '-', '--timestamp', TIMESTAMP, '--signature', signature]
    const run = await command(words, { settings: SETTINGS, read: async () => utf8(BODY) })

    expect(run).toMatchObject({ code: 1, text: expect.stringContaining(story) })
  })

  it('says when nothing explains it, and never prints a secret', async () => {
    const run = await verify(BODY, 'something else')

    expect(run).toMatchObject({ code: 1, text: expect.stringContaining('another secret') })
    for (const secret of Object.values(SETTINGS).flatMap((text) => text.split(' ')))
      expect(run.text).not.toContain(secret)
  })

  it('names the reading that SHOPLINE signed', async () => {
    const vector = JSON.parse(
      await readFile(join(ROOT, 'test/payloads/shopline/signatures.json'), 'utf8'),
    ) as {
      timestamp: string
      cases: { reading: string; body: string; sign: string }[]
    }
    for (const { reading, body, sign } of vector.cases) {
      const words = [
        'verify',
        '-',
        '--scheme',
        'shopline',
        '--timestamp',
        vector.timestamp,
        '--signature',
        sign,
      ]
      const run = await command([...words, '--json'], { settings: SETTINGS, read: async () => utf8(body) })
      expect(JSON.parse(run.text), body).toMatchObject({ genuine: true, reading })
    }
  })
})
