import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { oneLine, printable, printableJson, withoutSecrets } from '../../src/cli/printable.ts'
import { command, utf8 } from './command.ts'

const CLIPBOARD = '\u001b]52;c;cm0gLXJmIC8=\u0007'
const HOSTILE = `Sold\u001b[2J\u001b[1;31m out${CLIPBOARD}\r\n✓ all is well\u202e\u0085\u009b31mend`
/** Anything that a terminal obeys. */
const OBEYED = /[^\P{Cc}\t\n]|\p{Bidi_Control}/u

describe('text that somebody else wrote', () => {
  it.each([
    ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
    ['a title', '\u001b]0;owned\u0007text', 'text'],
    ['a link', '\u001b]8;;https://evil.test\u001b\\text\u001b]8;;\u001b\\', 'text'],
    ['single controls', 'a\u0000b\u0008c\u007fd\u0085e', 'abcde'],
    ['a turned direction', 'gnp.\u202eexe', 'gnp.exe'],
    ['what people write', 'Ünï 漢字 👩‍🚀 a\tb\nc', 'Ünï 漢字 👩‍🚀 a\tb\nc'],
  ])('is shown without %s', (_, text, shown) => {
    expect(printable(text)).toBe(shown)
  })

  it('writes nothing to the clipboard', () => {
    const shown = printable(`a${CLIPBOARD}b`)

    expect(shown).not.toMatch(OBEYED)
  })

  it('makes no lines of its own where it is one', () => {
    expect(oneLine(HOSTILE)).not.toContain('\n')
  })

  it('stands whole in JSON', () => {
    const written = printableJson({ title: HOSTILE })

    expect(written).not.toMatch(OBEYED)
    expect(JSON.parse(written)).toEqual({ title: HOSTILE })
  })
})

describe('a secret', () => {
  const secret = 'tok&en<"of>/the+store='
  it.each([
    ['as it is', secret],
    ['in JSON', JSON.stringify({ secret })],
    ['in HTML', 'tok&amp;en&lt;&quot;of&gt;/the+store='],
    ['in an address', encodeURIComponent(secret)],
    ['in Base64', btoa(secret)],
    ['in Base64 behind one byte', btoa(`x${secret}`)],
    ['in Base64 behind two bytes and before others', btoa(`xy${secret}yx`)],
  ])('is taken out %s', (_, text) => {
    const rest = withoutSecrets(`before ${text} behind`, [secret])

    expect(rest).toMatch(/^before .*\[secret\].* behind$/)
    expect(rest.length).toBeLessThan('before [secret] behind'.length + 16)
  })

  it('that is a part of another leaves nothing of that', () => {
    expect(withoutSecrets('long-secret-and-more', ['long-secret', 'long-secret-and-more'])).toBe('[secret]')
  })
})

/** A server that answers everything with what it was sent, hostile words around it. */
async function parrot(status: number, body: (token: string) => string): Promise<string> {
  const server = createServer((request, response) => {
    const { authorization = '' } = request.headers
    response.statusCode = status
    response.end(body(authorization.replace('Bearer ', '')))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const SETTINGS = {
  STORE_API_TOKEN: 'the-token-of-the-store',
  SIGN_CUSTOMISER_API_TOKEN: 'the-token-of-the-vendor',
  SIGN_CUSTOMISER_INTEGRATION_SECRET: 'the-secret-of-designs',
  SIGN_CUSTOMISER_WEBHOOK_SECRET: 'the-secret-of-events',
}

const order = (token: string) => ({
  external_id: HOSTILE,
  external_order_number: `${token}${HOSTILE}`,
  state: HOSTILE,
  attempts: 1,
  received_at: '2030-01-01',
  next_attempt_at: null,
  last_error: `${HOSTILE}${token}`,
  may_have_arrived: false,
})

describe('what the command line tells', () => {
  it.each([
    ['send', []],
    ['order', ['-']],
    ['orders', []],
    ['retry', ['1']],
    ['cancel', ['1']],
    ['doctor', []],
    ['subscribe', []],
  ])(
    'by %s has neither a secret nor anything that a terminal obeys, whatever it is answered',
    async (name, more) => {
      const bodies = [
        (token: string) =>
          JSON.stringify({
            type: HOSTILE,
            detail: `${HOSTILE}${token}`,
            errors: [{ pointer: token, detail: HOSTILE }],
          }),
        (token: string) => `${'<'.repeat(290)}${token}${HOSTILE}`,
        (token: string) =>
          JSON.stringify({ ...order(token), orders: [order(token)], next_cursor: `${token}${HOSTILE}` }),
        (token: string) =>
          JSON.stringify({ checks: { [HOSTILE]: { status: 'failed', detail: `${HOSTILE}${token}` } } }),
      ]
      for (const status of [200, 401, 422])
        for (const body of bodies)
          for (const json of [[], ['--json']]) {
            const url = await parrot(status, body)
            const { text } = await command([name, url, ...more, ...json], {
              settings: { ...SETTINGS, SIGN_CUSTOMISER_API_URL: url },
              read: async () => utf8('{}'),
            })

            expect(text).not.toMatch(OBEYED)
            expect(text).not.toMatch(/the-(token|secre)/)
            expect(text).not.toMatch(/^✓ all is well/m)
          }
    },
  )
})

describe('a bridge’s address', () => {
  it.each(['http://bridge.example', 'http://127.0.0.1.example.com', 'http://10.0.0.1:8787'])(
    'is not asked over plain http: %s',
    async (url) => {
      const { code, text } = await command(['orders', url], { settings: SETTINGS })

      expect(code).toBe(2)
      expect(text).toContain('use https')
    },
  )
})
