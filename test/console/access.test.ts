import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  anOrder,
  fetchBridge,
  fetchWith,
  freezeTime,
  keepLog,
  outsideAnswers,
  postDesign,
  postOrder,
  readOrder,
  startAfresh,
} from '../bridge.ts'
import { basic, fetchConsole, press } from './operator.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

const PAGES = ['', '/orders', '/orders/order-1', '/products', '/events']

describe('the door of the console', () => {
  it.each(PAGES)('opens /console%s to its operator alone', async (path) => {
    const response = await fetchBridge(`/console${path}`)

    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe(
      'Basic realm="Sign Customiser Bridge", charset="UTF-8"',
    )
    expect(response.headers.get('content-type')).toContain('text/html')
    expect((await fetchConsole(path)).status).toBe(path === '/orders/order-1' ? 404 : 200)
  })

  it.each([
    ['another password', basic('console-passwore')],
    ['a part of the password', basic('console-passwor')],
    ['more than the password', basic('console-password!')],
    ['another user', basic('console-password', 'admin')],
    ['no user', basic('console-password', '')],
    ['no colon', `Basic ${btoa('operatorconsole-password')}`],
    ['no Base64', 'Basic operator:console-password'],
    ['half a Base64 group', 'Basic YWJj='],
    ['a Bearer token', 'Bearer console-password'],
    ['nothing', ''],
  ])('stays shut to %s', async (_, authorization) => {
    expect((await fetchBridge('/console', { headers: { authorization } })).status).toBe(401)
  })

  it('is shut to an address that has presented 30 passwords in a minute, without a look at the next', async () => {
    const present = (authorization: string, address = '192.0.2.7') =>
      fetchBridge('/console', { headers: { authorization, 'cf-connecting-ip': address } })
    const wrong = basic('console-passwore')
    let refused = 0
    let response = await present(wrong)
    // The limiter's minutes are the real clock's: the guesses may fall into two of them.
    while (response.status === 401 && refused < 100) {
      refused += 1
      response = await present(wrong)
    }

    expect(response.status).toBe(429)
    expect(refused).toBeGreaterThanOrEqual(30)
    expect(response.headers.get('retry-after')).toBe('60')
    expect(response.headers.get('content-type')).toContain('text/html')
    const right = vi.spyOn(crypto.subtle, 'verify')
    const limit = vi.spyOn(env.PASSWORDS, 'limit').mockResolvedValue({ success: false })
    expect((await present(basic('console-password'))).status).toBe(429)
    expect(right).not.toHaveBeenCalled()
    limit.mockRestore()
    expect((await present(basic('console-password'), '192.0.2.8')).status).toBe(200)
  })

  it('counts nothing in the sandbox, where tests and demonstrations load page after page', async () => {
    const limit = vi.spyOn(env.PASSWORDS, 'limit').mockResolvedValue({ success: false })
    const sandbox = { DEMO: 'sandbox', SIGN_CUSTOMISER_API_URL: 'http://127.0.0.1:8788' }
    const headers = { authorization: basic('console-password') }

    expect((await fetchWith(sandbox, 'http://127.0.0.1:8787/console', { headers })).status).toBe(200)
    expect(limit).not.toHaveBeenCalled()
  })

  it('counts neither by page nor who presents nothing', async () => {
    const limit = vi.spyOn(env.PASSWORDS, 'limit')
    const from = (authorization: string) => ({
      headers: { authorization, 'cf-connecting-ip': '2001:db8:1:2:3::4' },
    })
    await fetchBridge('/console', from(''))
    expect(limit).not.toHaveBeenCalled()
    await fetchBridge('/console/orders', from(basic('console-password')))
    await fetchBridge('/console', from(basic('wrong')))

    expect(limit.mock.calls).toEqual(Array(2).fill([{ key: 'console 2001:db8:1:2::/64' }]))
  })

  it('tells a wrong password from none in the log and in what is counted', async () => {
    const lines = keepLog()
    await fetchBridge('/console', { headers: { authorization: basic('wrong') } })
    await fetchBridge('/console')

    expect(lines.map((line) => JSON.parse(line).code)).toEqual(['wrong-password', 'unauthorized'])
  })

  it('takes a password that is not ASCII', async () => {
    const password = 'pässwörter-zählen'
    const bytes = new TextEncoder().encode(`operator:${password}`)
    const authorization = `Basic ${btoa(String.fromCharCode(...bytes))}`

    const response = await fetchWith({ CONSOLE_PASSWORD: password }, '/console', {
      headers: { authorization },
    })

    expect(response.status).toBe(200)
  })

  it.each([
    ['is not set', ''],
    ['is too short', 'fifteen-letters'],
    ['is a placeholder', 'replace-with-a-password-of-your-own'],
    ['has blanks around it', ' console-password'],
  ])('is a page that answers 503 while CONSOLE_PASSWORD %s', async (_, password) => {
    const response = await fetchWith({ CONSOLE_PASSWORD: password }, '/console', {
      headers: { authorization: basic(password) },
    })

    expect(response.status).toBe(503)
    expect(response.headers.get('content-type')).toContain('text/html')
    const page = await response.text()
    expect(page).toContain('CONSOLE_PASSWORD')
    if (password !== '') expect(page).not.toContain(password.trim())
  })

  it.each(PAGES)(
    'is shut, and says so, while the vendor’s script runs on its origin: /console%s',
    async (path) => {
      const headers = { authorization: basic('console-password'), 'sec-fetch-site': 'same-origin' }
      const response = await fetchWith({ DEMO: 'on' }, `/console${path}`, { headers })

      expect(response.status).toBe(503)
      expect(await response.text()).toContain('The demo is on')
      const pressed = await fetchWith({ DEMO: 'on' }, '/console/orders/retry', { method: 'POST', headers })
      expect(pressed.status).toBe(503)
      const sandbox = { DEMO: 'sandbox', SIGN_CUSTOMISER_API_URL: 'http://127.0.0.1:8788' }
      expect((await fetchWith(sandbox, `/console${path}`, { headers })).status, 'deployed').toBe(503)
      const here = await fetchWith(sandbox, `http://127.0.0.1:8787/console${path}`, { headers })
      expect(here.status, 'the sandbox has a designer of its own').toBeLessThan(500)
    },
  )

  it.each(['', '/orders', '/orders/order-1', '/products', '/events'])(
    'lets nobody keep, frame or index /console%s, and runs no script in it',
    async (path) => {
      const { headers } = await fetchConsole(path)

      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('referrer-policy')).toBe('same-origin')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-robots-tag')).toBe('noindex')
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/script-src|unsafe/)
    },
  )
})

describe('a button of the console', () => {
  beforeEach(async () => {
    await postDesign({ product_id: 1 })
    outsideAnswers(() => Response.json({ message: 'no' }, { status: 400 }))
    await postOrder(anOrder())
  })

  const retried = async () => (await readOrder()).history.some(({ outcome }) => outcome === 'retried')

  it.each([
    ['the browser says that it was pressed here', { 'sec-fetch-site': 'same-origin' }],
    ['an old browser names this origin', { origin: 'https://bridge.test' }],
  ])('works when %s', async (_, headers) => {
    const response = await press('/orders/order-1/retry', headers)

    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('/console/orders/order-1?done=one')
    expect(await retried()).toBe(true)
  })

  it.each([
    ['another site sends it', { 'sec-fetch-site': 'cross-site', origin: 'https://bridge.test' }],
    ['a sibling site sends it', { 'sec-fetch-site': 'same-site' }],
    ['it was typed', { 'sec-fetch-site': 'none' }],
    ['an old browser names another origin', { origin: 'https://evil.test' }],
    ['an old browser names another scheme', { origin: 'http://bridge.test' }],
    ['an old browser hides the origin', { origin: 'null' }],
    ['nothing tells where it is from', {}],
  ])('does nothing when %s', async (_, headers) => {
    for (const path of ['/orders/order-1/retry', '/orders/retry?state=rejected']) {
      const response = await press(path, headers as Record<string, string>)
      expect(response.status).toBe(403)
    }
    expect(await retried()).toBe(false)
  })

  it('asks for the password first', async () => {
    const response = await fetchBridge('/console/orders/order-1/retry', {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-origin' },
    })

    expect(response.status).toBe(401)
    expect(await retried()).toBe(false)
  })
})
