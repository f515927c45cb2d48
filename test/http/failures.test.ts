import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import bridge from '../../src/index.ts'
import { fetchBridge, freezeTime, postDesign, startAfresh } from '../bridge.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

const from = (address: string) => ({ headers: { 'cf-connecting-ip': address } })
const forge = (address: string) => postDesign({ product_id: 1 }, { ...from(address), secret: 'not-ours' })
const guessToken = (address: string) => fetchBridge('/orders', from(address))

/** Every address and route has had its 600 of this minute when `limited` says so. */
const limit = (limited: (key: string) => boolean) =>
  vi.spyOn(env.FAILURES, 'limit').mockImplementation(async ({ key }) => ({ success: !limited(key) }))

describe('a flood of failures', () => {
  it('gets a constant 429 after 600 of a minute', { timeout: 30_000 }, async () => {
    const guess = () => guessToken('192.0.2.1')
    let unauthorised = 0
    let response = await guess()
    // The limiter's minutes are the real clock's: the flood may fall into two or three of them.
    while (response.status === 401 && unauthorised < 2000) {
      const answers = await Promise.all(Array.from({ length: 100 }, guess))
      unauthorised += 1 + answers.filter(({ status }) => status === 401).length
      response = await guess()
    }

    expect(response.status).toBe(429)
    expect(unauthorised).toBeGreaterThanOrEqual(600)
    expect(response.headers.get('retry-after')).toBe('60')
    expect(await response.json()).toMatchObject({ type: '/problems/too-many-failures' })
    expect((await guessToken('192.0.2.2')).status).toBe(401)
  })

  it('leaves no log lines', async () => {
    limit(() => true)
    const lines = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'log'), vi.spyOn(console, 'error')]

    expect((await forge('192.0.2.1')).status).toBe(429)
    for (const line of lines) expect(line).not.toHaveBeenCalled()
  })

  it('never keeps a genuine request out, not even from the same address', async () => {
    limit(() => true)

    expect((await forge('192.0.2.1')).status).toBe(429)
    expect((await postDesign({ product_id: 1 }, from('192.0.2.1'))).status).toBe(200)
  })

  it('is counted by route and by address', async () => {
    limit((key) => key === '/sign-customiser/products 192.0.2.1')

    expect((await forge('192.0.2.1')).status).toBe(429)
    expect((await forge('192.0.2.2')).status).toBe(401)
    expect((await guessToken('192.0.2.1')).status).toBe(401)
  })

  it('covers whatever is wrong with the signature', async () => {
    limit(() => true)

    for (const flaw of [{ age: 400 }, { signature: 'short' }, { timestamp: 'now' }, { secret: 'not-ours' }])
      expect((await postDesign({}, flaw)).status).toBe(429)
  })

  it('is refused as ever where the binding is missing', async () => {
    const { FAILURES: _, ...bare } = env
    const request = new Request<unknown, IncomingRequestCfProperties>('https://bridge.test/orders')

    expect((await bridge.fetch(request, bare as Env, createExecutionContext())).status).toBe(401)
  })
})
