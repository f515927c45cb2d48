import { createExecutionContext, createScheduledController, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import bridge from '../../src/index.ts'
import type { Readiness } from '../../src/operations/ready.ts'
import {
  fetchAsStore,
  fetchBridge,
  freezeTime,
  ledger,
  MINUTE,
  passTime,
  skipWaiting,
  startAfresh,
} from '../bridge.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

/** Asks a bridge whose settings differ from the test's in these, as its store unless another token is presented. */
async function readyWith(
  settings: Record<string, string | undefined>,
  authorization: string | null = 'Bearer token-of-the-store',
): Promise<[number, Readiness['checks']]> {
  const request = new Request<unknown, IncomingRequestCfProperties>('https://bridge.test/ready', {
    headers: authorization === null ? {} : { authorization },
  })
  const response = await bridge.fetch(request, { ...env, ...settings } as Env, createExecutionContext())
  return [response.status, (await response.json<Readiness>()).checks]
}
const sweepNow = () => bridge.scheduled(createScheduledController(), env)

describe('GET /health', () => {
  it('answers whatever ails the bridge', async () => {
    vi.spyOn(env.LEDGER, 'getByName').mockImplementation(() => {
      throw new Error('Durable Object is overloaded')
    })

    expect((await fetchBridge('/health')).status).toBe(200)
  })
})

describe('GET /ready', () => {
  it('says of each check that it passed, and of optional settings that they are off', async () => {
    const response = await fetchAsStore('/ready')

    expect(response.status).toBe(200)
    const { ready, checks } = await response.json<Readiness>()
    expect(ready).toBe(true)
    expect(checks).toMatchObject({
      SIGN_CUSTOMISER_INTEGRATION_SECRET: { status: 'ok' },
      RELAY_TIMEOUT_SECONDS: { status: 'ok' },
      catalogue: { status: 'ok' },
      ledger: { status: 'ok' },
    })
    expect((await readyWith({ CONSOLE_PASSWORD: '' }))[1].CONSOLE_PASSWORD).toEqual({ status: 'off' })
  })

  it.each([
    'SIGN_CUSTOMISER_INTEGRATION_SECRET',
    'SIGN_CUSTOMISER_API_TOKEN',
    'SIGN_CUSTOMISER_INTEGRATION_ID',
    'STORE_API_TOKEN',
  ])('demands %s and says why without its value', async (name) => {
    expect(await readyWith({ [name]: undefined })).toMatchObject([
      503,
      { [name]: { status: 'failed', detail: 'is not set' } },
    ])
    const [status, checks] = await readyWith({ [name]: 'replace-with-it' })
    expect(status).toBe(503)
    expect(JSON.stringify(checks)).not.toContain('replace-with-it')
  })

  it.each([
    [
      'SHOPLINE’s once STORE says so',
      { STORE: 'shopline' },
      ['APP_SECRET', 'ACCESS_TOKEN', 'MERCHANT_HANDLE'],
    ],
    [
      'no app’s secret where events come unsigned',
      { SHOPLINE_HOOK_KEY: 'k'.repeat(32) },
      ['ACCESS_TOKEN', 'MERCHANT_HANDLE'],
    ],
    [
      'the rest of SHOPLINE’s once one is set',
      { SHOPLINE_APP_SECRET: 'app-secret' },
      ['ACCESS_TOKEN', 'MERCHANT_HANDLE'],
    ],
  ])('demands %s', async (_, settings, missing) => {
    const none = {
      SHOPLINE_APP_SECRET: '',
      SHOPLINE_HOOK_KEY: '',
      SHOPLINE_ACCESS_TOKEN: '',
      SHOPLINE_MERCHANT_HANDLE: '',
      STORE: 'custom',
    }
    expect((await readyWith(none))[0]).toBe(200)
    const [status, checks] = await readyWith({ ...none, ...settings })

    expect(status).toBe(503)
    const failed = Object.keys(checks).filter((name) => checks[name]?.status === 'failed')
    expect(failed).toEqual(missing.map((name) => `SHOPLINE_${name}`))
  })

  it('demands EVENTS_SECRET with EVENTS_URL', async () => {
    expect((await readyWith({ EVENTS_URL: '', EVENTS_SECRET: '' }))[0]).toBe(200)
    expect(await readyWith({ EVENTS_URL: 'https://shop.test/events', EVENTS_SECRET: '' })).toMatchObject([
      503,
      { EVENTS_SECRET: { status: 'failed' } },
    ])
  })

  it('fails on an optional setting that is set and wrong', async () => {
    expect(await readyWith({ RELAY_TIMEOUT_SECONDS: 'soon' })).toMatchObject([
      503,
      { RELAY_TIMEOUT_SECONDS: { status: 'failed', detail: 'must be a number from 0.1 to 300' } },
    ])
  })

  it('tells who presents no token what failed, and nothing else', async () => {
    expect(await readyWith({}, null)).toEqual([200, {}])
    expect(await readyWith({ RELAY_TIMEOUT_SECONDS: 'soon', CONSOLE_PASSWORD: '' }, null)).toEqual([
      503,
      { RELAY_TIMEOUT_SECONDS: { status: 'failed', detail: 'must be a number from 0.1 to 300' } },
    ])
  })

  it('tells who presents another token nothing', async () => {
    expect(await readyWith({}, 'Bearer token-of-the-storf')).toEqual([401, undefined])
  })

  it('finds one secret at two doors, and names both', async () => {
    const detail = (other: string) => `holds a secret that ${other} holds too: each needs its own`
    const one = 'the-one-password-for-all'
    const [status, checks] = await readyWith({
      STORE_API_TOKEN: `token-of-the-store ${one}`,
      CONSOLE_PASSWORD: one,
    })

    expect(status).toBe(503)
    expect(checks).toMatchObject({
      STORE_API_TOKEN: { status: 'failed', detail: detail('CONSOLE_PASSWORD') },
      CONSOLE_PASSWORD: { status: 'failed', detail: detail('STORE_API_TOKEN') },
      SIGN_CUSTOMISER_API_TOKEN: { status: 'ok' },
    })
    expect(JSON.stringify(checks)).not.toContain(one)
  })

  it.each([
    'SIGN_CUSTOMISER_INTEGRATION_SECRET',
    'SIGN_CUSTOMISER_WEBHOOK_SECRET',
    'SIGN_CUSTOMISER_API_TOKEN',
    'SHOPLINE_APP_SECRET',
    'SHOPLINE_ACCESS_TOKEN',
  ])('finds the store’s token as %s', async (name) => {
    const [status, checks] = await readyWith({ [name]: 'token-of-the-store' })

    expect([status, checks[name]?.status]).toEqual([503, 'failed'])
  })

  it('fails while KV can not be read', async () => {
    vi.spyOn(env.CATALOGUE, 'get').mockRejectedValue(new Error('KV GET failed: 500'))

    expect(await readyWith({})).toMatchObject([
      503,
      { catalogue: { status: 'failed' }, ledger: { status: 'ok' } },
    ])
  })

  it('does not wait longer than three seconds for KV', async () => {
    vi.spyOn(env.CATALOGUE, 'get').mockReturnValue(new Promise(() => {}) as never)
    const waits = skipWaiting()

    expect(await readyWith({})).toMatchObject([503, { catalogue: { detail: 'KV did not answer in 3 s.' } }])
    expect(waits).toContain(3000)
  })

  it('fails while the ledger can not be asked', async () => {
    vi.spyOn(env.LEDGER, 'getByName').mockImplementation(() => {
      throw new Error('Durable Object is overloaded')
    })

    expect(await readyWith({})).toMatchObject([503, { ledger: { status: 'failed' } }])
  })

  it('fails once the cron trigger has missed three runs', async () => {
    expect((await readyWith({}))[1].sweep).toEqual({ status: 'off', detail: 'has not run yet' })
    await sweepNow()
    passTime(15 * MINUTE)
    expect((await readyWith({}))[1].sweep).toEqual({ status: 'ok' })
    passTime(MINUTE)
    expect(await readyWith({})).toMatchObject([503, { sweep: { status: 'failed' } }])
    await sweepNow()
    expect((await readyWith({}))[0]).toBe(200)
  })

  it('writes nothing', async () => {
    const changes = () =>
      runInDurableObject(ledger(), (_, { storage }) =>
        storage.sql.exec<{ n: number }>('SELECT total_changes() AS n').one(),
      )
    const before = await changes()
    await fetchBridge('/ready')

    expect(await changes()).toEqual(before)
    expect((await env.CATALOGUE.list()).keys).toEqual([])
  })
})
