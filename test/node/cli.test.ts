import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Surroundings } from '../../src/cli/command.ts'
import { type Stack, startStack } from '../../src/sandbox/stack.ts'
import { command, utf8 } from './command.ts'

let stack: Stack
let directory: string
let settings: NodeJS.Dict<string>

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bridge-cli-'))
  stack = await startStack({ directory, bridgePort: 0, sandboxPort: 0 })
  settings = {
    ...parseEnv(await readFile(join(directory, 'env'), 'utf8')),
    SIGN_CUSTOMISER_API_URL: stack.sandboxUrl,
    SHOPLINE_API_URL: stack.sandboxUrl,
    SHOPLINE_MERCHANT_HANDLE: 'sandbox-shop',
  }
})
afterAll(async () => {
  await stack.stop()
  await rm(directory, { recursive: true, force: true, maxRetries: 3 })
})

const run = (words: string[], more: Partial<Surroundings> = {}) => command(words, { settings, ...more })
const json = (text: string) => JSON.parse(text)

describe('npm run bridge -- send', () => {
  it('sends the documented design, signed, and shows the product ID', async () => {
    const { code, text } = await run(['send', stack.bridgeUrl, '--json'])

    expect(code).toBe(0)
    expect(json(text)).toEqual({ status: 200, body: { external_id: 'sc-1' } })
  })

  it('sends a body of one’s own', async () => {
    const read = async () => utf8('{"product":{"product_id":"mine"}}')

    expect((await run(['send', stack.bridgeUrl, '--payload', '-'], { read })).text).toContain('sc-mine')
  })

  it.each([
    [['--age', '400'], 'timestamp-too-old'],
    [['--age', '-400'], 'timestamp-too-new'],
    [['--bad-signature'], 'signature-mismatch'],
  ])('shows the refusal that %j leads to', async (flags, problem) => {
    expect(await run(['send', stack.bridgeUrl, ...flags])).toMatchObject({
      code: 1,
      text: expect.stringContaining(`401 /problems/${problem}`),
    })
  })

  it('sends a documented event', async () => {
    expect(await run(['send', stack.bridgeUrl, '--event', 'order-created'])).toEqual({
      code: 0,
      text: '200 {"ok":true}',
    })
  })

  it('says which secret it lacks', async () => {
    const words = ['send', stack.bridgeUrl, '--event', 'order-created']
    const { SIGN_CUSTOMISER_WEBHOOK_SECRET: _, ...others } = settings

    expect(await run(words, { settings: others })).toEqual({
      code: 1,
      text: 'SIGN_CUSTOMISER_WEBHOOK_SECRET is not set: put it into .dev.vars, or into the environment.',
    })
  })
})

describe('npm run bridge -- order, orders, retry', () => {
  it('hands an order in, lists it, and knows that there is nothing to retry', async () => {
    await run(['send', stack.bridgeUrl])
    const order = { external_id: 'cli-1', external_order_number: '#1', products: [{ external_id: 'sc-1' }] }
    const read = async () => utf8(JSON.stringify(order))

    expect((await run(['order', stack.bridgeUrl, 'order.json'], { read })).text).toMatch(/^20[12] cli-1/)
    expect((await run(['orders', stack.bridgeUrl, '--q', 'cli-'])).text).toContain('cli-1')
    expect((await run(['orders', stack.bridgeUrl, '--state', 'failed'])).text).toBe('No orders.')
    expect(await run(['orders', stack.bridgeUrl, '--state', 'lost'])).toMatchObject({
      code: 1,
      text: expect.stringContaining('/state must be one of'),
    })
    expect((await run(['retry', stack.bridgeUrl, '--all-failed'])).text).toBe(
      '0 orders are in the queue again.',
    )
    expect(await run(['retry', stack.bridgeUrl, 'no-such'])).toMatchObject({
      code: 1,
      text: expect.stringContaining('404'),
    })
  })

  it('withdraws an order, and ends the doubt about one', async () => {
    expect(await run(['cancel', stack.bridgeUrl, 'cli-1'])).toMatchObject({
      code: 1,
      text: expect.stringContaining('409 /problems/already-relayed'),
    })
    expect(await run(['settle', stack.bridgeUrl, 'cli-1', '--arrived', '--id', '7'])).toMatchObject({
      code: 1,
      text: expect.stringContaining('409 /problems/not-settleable'),
    })
    for (const words of [[], ['--arrived', '--not-arrived'], ['--not-arrived', '--id', '7']])
      expect((await run(['settle', stack.bridgeUrl, 'cli-1', ...words])).code).toBe(2)
    expect((await run(['orders', stack.bridgeUrl, '--may-have-arrived'])).text).toBe('No orders.')
  })

  it('shows a wrong token as what it is', async () => {
    const other = { settings: { STORE_API_TOKEN: 'another' } }

    expect(await run(['orders', stack.bridgeUrl], other)).toMatchObject({
      code: 1,
      text: expect.stringContaining('401 /problems/unauthorized'),
    })
  })
})

/** Sign Customiser's webhook API as documented, with the subscriptions of an organisation. */
async function webhookApi(): Promise<{
  url: string
  webhooks: Record<string, unknown>[]
  created: unknown[]
}> {
  const webhooks: Record<string, unknown>[] = [
    {
      webhook_id: 1,
      topic: 'order:created',
      url: 'https://elsewhere.example/hook',
      status: 'active',
      secret: 'theirs',
      meta: {},
    },
  ]
  const created: unknown[] = []
  const server: Server = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json')
    if (request.headers.authorization !== `Bearer ${settings.SIGN_CUSTOMISER_API_TOKEN}`) {
      response.statusCode = 401
      return response.end('{"message":"Unauthenticated."}')
    }
    if (request.method === 'GET') return response.end(JSON.stringify({ webhooks }))
    let body = ''
    for await (const chunk of request) body += chunk
    const { topic, url } = JSON.parse(body)
    created.push({ topic, url })
    const webhook = {
      webhook_id: webhooks.length + 1,
      topic,
      url,
      status: 'active',
      secret: `secret-of-${topic}`,
      meta: {},
    }
    webhooks.push(webhook)
    return response.end(JSON.stringify({ webhook }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, webhooks, created }
}

/** A bridge that knows these webhook secrets. */
async function bridgeKnowing(known: string[]): Promise<string> {
  const { createHmac } = await import('node:crypto')
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const signed = `${request.headers['x-webhook-timestamp']}.${body}`
    const isGenuine = known.some(
      (secret) =>
        createHmac('sha256', secret).update(signed).digest('hex') === request.headers['x-webhook-signature'],
    )
    response.statusCode = isGenuine ? 400 : 401
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('npm run bridge -- subscribe', () => {
  it('creates what is missing, stores the secrets once, and changes nothing the second time', async () => {
    const api = await webhookApi()
    const known: string[] = []
    const bridge = await bridgeKnowing(known)
    const puts: string[][] = []
    const surroundings = {
      settings: { ...settings, SIGN_CUSTOMISER_API_URL: api.url },
      putSecret: async (name: string, value: string) => {
        puts.push([name, value])
        known.push(...value.split(' '))
      },
    }

    const first = await run(['subscribe', bridge], surroundings)
    expect(first.code, first.text).toBe(0)
    expect(api.created).toEqual(
      ['order:created', 'product:created', 'form:submitted'].map((topic) => ({
        topic,
        url: `${bridge}/sign-customiser/webhooks?topic=${topic.replace(':', '%3A')}`,
      })),
    )
    expect(puts).toEqual([
      [
        'SIGN_CUSTOMISER_WEBHOOK_SECRET',
        'secret-of-order:created secret-of-product:created secret-of-form:submitted',
      ],
    ])
    expect(first.text).not.toContain('secret-of')

    const second = await run(['subscribe', bridge, '--json'], surroundings)
    expect(second.code).toBe(0)
    expect(json(second.text)).toMatchObject({ created: [], secrets_stored: false })
    expect(api.created).toHaveLength(3)
    expect(puts).toHaveLength(1)
  })

  it('says that the token is refused', async () => {
    const api = await webhookApi()
    const other = { settings: { SIGN_CUSTOMISER_API_TOKEN: 'another', SIGN_CUSTOMISER_API_URL: api.url } }

    expect(await run(['subscribe', stack.bridgeUrl], other)).toMatchObject({
      code: 1,
      text: expect.stringContaining('refuses SIGN_CUSTOMISER_API_TOKEN'),
    })
  })
})

describe('npm run bridge -- subscribe --store shopline', () => {
  const subscribe = (more: Partial<Surroundings> = {}, ...flags: string[]) =>
    run(['subscribe', stack.bridgeUrl, '--store', 'shopline', ...flags], more)
  const scopes = (scopes: string[]) =>
    fetch(`${stack.sandboxUrl}/sandbox/shopline/scopes`, {
      method: 'POST',
      body: JSON.stringify({ scopes }),
    })

  it('says which permission is missing, and what to do', async () => {
    await scopes(['products'])
    onTestFinished(async () => void (await scopes(['orders', 'products', 'webhooks'])))

    const { code, text } = await subscribe()

    expect(code).toBe(1)
    expect(text).toContain(
      'It lacks permissions: tick Webhook, Order under Settings > Staff Settings > API Auth',
    )
  })

  it('subscribes to what is missing, once, without showing the key', async () => {
    const first = await subscribe()
    expect(first.code, first.text).toBe(0)
    expect(first.text).toContain('The token is the store’s own, of the merchant 5f0bda5e4e5fca0010c81fef')
    expect(first.text).toContain(
      `subscribed now      order/create order/cancel order/remove  ${stack.bridgeUrl}/shopline/hooks/…`,
    )
    expect(first.text).not.toContain(settings.SHOPLINE_HOOK_KEY)

    const more = { settings: { ...settings, SHOPLINE_ORDER_TOPICS: 'order/create order/update' } }
    const second = await subscribe(more, '--json')
    expect(json(second.text)).toMatchObject({
      token: 'store',
      merchant_id: '5f0bda5e4e5fca0010c81fef',
      existing: [{ topics: ['order/create', 'order/cancel', 'order/remove'] }],
      created: [{ topics: ['order/update'] }],
    })
    expect(json((await subscribe(more, '--json')).text)).toMatchObject({ created: [] })
  })

  it('finds the key again in a subscription', async () => {
    const { SHOPLINE_HOOK_KEY: _, ...others } = settings

    expect(json((await subscribe({ settings: others }, '--json')).text)).toMatchObject({ created: [] })
  })

  it('gives the Worker a key where it has none, and fills in the merchant’s ID', async () => {
    const { SHOPLINE_HOOK_KEY: _, ...others } = settings
    const worker = await hookWorker()
    const puts: string[][] = []
    const filled: string[][] = []
    const words = ['subscribe', worker.url, '--store', 'shopline']
    const surroundings = {
      settings: others,
      putSecret: async (name: string, value: string) => {
        puts.push([name, value])
        worker.next = { SHOPLINE_HOOK_KEY: value }
      },
      fillVar: async (name: string, value: string) => void filled.push([name, value]),
    }

    const first = await run(words, surroundings)
    expect(first.code).toBe(1)
    expect(first.text).toContain('SHOPLINE_MERCHANT_ID was filled in in wrangler.toml.\nDeploy it')
    expect(puts).toEqual([['SHOPLINE_HOOK_KEY', expect.stringMatching(/^[0-9a-f]{64}$/)]])
    expect(filled).toEqual([['SHOPLINE_MERCHANT_ID', '5f0bda5e4e5fca0010c81fef']])
    expect(first.text).not.toContain(puts[0]?.[1])

    worker.next = { SHOPLINE_MERCHANT_ID: '5f0bda5e4e5fca0010c81fef' }
    const [[, key = ''] = []] = puts
    const second = await run(words, { settings: { ...others, SHOPLINE_HOOK_KEY: key } })
    expect(second.code, second.text).toBe(0)
    expect(second.text).toContain('subscribed now      order/create')

    const newer = 'k'.repeat(32)
    const third = await run(words, { ...surroundings, settings: { ...others, SHOPLINE_HOOK_KEY: newer } })
    expect(third.code, third.text).toBe(0)
    expect(puts[1]).toEqual(['SHOPLINE_HOOK_KEY', `${key} ${newer}`])
    expect(third.text).toMatch(/Subscription [0-9a-f]{24} posts to an address with another key: delete it/)
  })

  it.each([
    ['the token', { SHOPLINE_ACCESS_TOKEN: 'another' }, 'SHOPLINE refuses SHOPLINE_ACCESS_TOKEN (401)'],
    ['the handle', { SHOPLINE_MERCHANT_HANDLE: 'another' }, 'SHOPLINE_MERCHANT_HANDLE must be the handle'],
    ['no handle', { SHOPLINE_MERCHANT_HANDLE: '' }, 'SHOPLINE_MERCHANT_HANDLE is not set'],
    ['the topics', { SHOPLINE_ORDER_TOPICS: 'orders' }, 'SHOPLINE_ORDER_TOPICS must be topics'],
  ])('says that %s is wrong', async (_, wrong, words) => {
    const { code, text } = await subscribe({ settings: { ...settings, ...wrong } })

    expect(code).toBe(1)
    expect(text).toContain(words)
  })
})

/** A Worker that knows a key, and who it belongs to, one look after it was told. */
async function hookWorker(): Promise<{ url: string; next: Record<string, string> }> {
  const worker = { url: '', next: {} as Record<string, string> }
  let known: Record<string, string> = {}
  const server = createServer((request, response) => {
    const { SHOPLINE_HOOK_KEY, SHOPLINE_MERCHANT_ID } = known
    known = { ...known, ...worker.next }
    worker.next = {}
    if (request.url === '/ready')
      return response.end(
        JSON.stringify({ checks: { SHOPLINE_MERCHANT_ID: { status: SHOPLINE_MERCHANT_ID ? 'ok' : 'off' } } }),
      )
    const isKnown = SHOPLINE_HOOK_KEY?.split(' ').some((key) => request.url?.endsWith(key))
    response.statusCode = SHOPLINE_HOOK_KEY && !isKnown ? 404 : 503
    if (!SHOPLINE_HOOK_KEY) return response.end('{"detail":"SHOPLINE_HOOK_KEY is not set."}')
    if (response.statusCode === 404) return response.end('{}')
    if (!SHOPLINE_MERCHANT_ID) return response.end('{"detail":"SHOPLINE_MERCHANT_ID is not set."}')
    response.statusCode = 200
    return response.end(btoa(SHOPLINE_MERCHANT_ID))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  worker.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return worker
}

describe('npm run bridge -- doctor', () => {
  it('plays SHOPLINE', async () => {
    await run(['subscribe', stack.bridgeUrl, '--store', 'shopline'])
    const shopline = async (more = {}) => {
      const { text } = await run(['doctor', stack.bridgeUrl], { settings: { ...settings, ...more } })
      return text.split('\n').filter((line) => line.includes('SHOPLINE’s'))
    }

    expect(await shopline()).toEqual([
      '✓ SHOPLINE’s question at /shopline/webhooks: answered with 5f0bda5e4e5fca0010c81fef',
      '✓ SHOPLINE’s question at /shopline/hooks/…: answered with 5f0bda5e4e5fca0010c81fef',
      '✓ SHOPLINE’s token: SHOPLINE takes it, of the merchant 5f0bda5e4e5fca0010c81fef',
      '✓ SHOPLINE’s subscriptions: order/create, order/cancel, order/remove are active',
    ])
    const wrong = {
      SHOPLINE_HOOK_KEY: 'k'.repeat(32),
      SHOPLINE_MERCHANT_ID: '000000000000000000000001',
      SHOPLINE_ORDER_TOPICS: 'order/confirm',
    }
    expect(await shopline(wrong)).toEqual([
      expect.stringContaining('answered with 5f0bda5e4e5fca0010c81fef instead of 000000000000000000000001'),
      expect.stringContaining('the key is not the Worker’s'),
      expect.stringContaining('✓ SHOPLINE’s token'),
      expect.stringContaining('? SHOPLINE’s subscriptions: order/confirm not subscribed to'),
    ])
  })

  it('finds a bridge well but for its subscriptions', async () => {
    const api = await webhookApi()
    const { text, code } = await run(['doctor', stack.bridgeUrl, '--json'], {
      settings: { ...settings, SIGN_CUSTOMISER_API_URL: api.url },
    })

    const { findings } = json(text) as { findings: { check: string; status: string; todo?: string }[] }
    expect(code).toBe(1)
    expect(findings.filter(({ status }) => status === 'bad').map(({ check }) => check)).toEqual([
      'subscriptions',
    ])
    for (const check of [
      'reachable',
      'clocks',
      'readiness',
      'API token',
      'STORE_API_TOKEN',
      'gate',
      'waiting orders',
    ])
      expect(findings, check).toContainEqual(expect.objectContaining({ check, status: 'ok' }))
    for (const { status, todo } of findings) expect(todo === undefined).toBe(status === 'ok')
  })

  it('says that a bridge tells what it has to its own token alone', async () => {
    const { STORE_API_TOKEN: _, ...others } = settings
    const { text } = await run(['doctor', stack.bridgeUrl], { settings: others })

    expect(text).toContain('✓ readiness: all checks passed; which they are is told to STORE_API_TOKEN alone')
  })

  it('tells what is wrong and what to do, without printing a secret', async () => {
    const wrong = {
      ...settings,
      STORE_API_TOKEN: 'another-token',
      SIGN_CUSTOMISER_INTEGRATION_SECRET: 'another-secret',
      SIGN_CUSTOMISER_API_TOKEN: 'a-third',
    }
    const api = await webhookApi()
    const { text, code } = await run(['doctor', stack.bridgeUrl], {
      settings: { ...wrong, SIGN_CUSTOMISER_API_URL: api.url },
      now: () => Date.now() + 90_000,
    })

    expect(code).toBe(1)
    expect(text).toMatch(/✗ clocks: this machine is 9[01] s ahead/)
    expect(text).toContain('✗ SIGN_CUSTOMISER_INTEGRATION_SECRET: a signed probe got 401')
    expect(text).toContain('✗ API token: Sign Customiser refuses SIGN_CUSTOMISER_API_TOKEN')
    expect(text).toContain('✗ STORE_API_TOKEN: the Worker has another one')
    for (const secret of Object.values(wrong).slice(0, 3)) expect(text).not.toContain(secret)
  })

  it('says why a bridge can not be reached', async () => {
    const { code, text } = await run(['doctor', 'http://127.0.0.1:1'])

    expect(code).toBe(1)
    expect(text).toMatch(/^✗ reachable: http:\/\/127\.0\.0\.1:1 can not be reached/)
  })
})

describe('every command', () => {
  it.each(['send', 'verify', 'order', 'orders', 'retry', 'cancel', 'settle', 'subscribe', 'doctor'])(
    '%s explains itself',
    async (name) => {
      const { code, text } = await command([name, '--help'])

      expect(code).toBe(0)
      expect(text).toMatch(new RegExp(`^npm run bridge -- ${name} <`))
    },
  )

  it.each([
    [['nothing']],
    [['send']],
    [['send', 'not-an-address']],
    [['send', 'https://bridge.example', '--secret', 'x']],
    [['send', 'https://bridge.example', '--event', 'nothing']],
    [['retry', 'https://bridge.example']],
    [['verify', '-']],
  ])('called as %j makes no sense: exit code 2', async (words) => {
    expect((await command(words, { settings: { STORE_API_TOKEN: 't' } })).code).toBe(2)
  })
})
