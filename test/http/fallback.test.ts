import { afterEach, describe, expect, it, vi } from 'vitest'
import { fetchAsStore, fetchBridge, startAfresh } from '../bridge.ts'

afterEach(startAfresh)

describe('a request that no route takes', () => {
  it.each(['/', '/nothing', '/orders/a/b/c', '/sign-customiser', '/products/a/b'].slice(1))(
    'to %s gets 404',
    async (path) => {
      const response = await fetchBridge(path)

      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({ type: '/problems/not-found', status: 404 })
    },
  )

  it.each([
    ['GET', '/sign-customiser/products', 'POST'],
    ['DELETE', '/orders', 'GET, HEAD, POST'],
    ['PUT', '/orders/a', 'GET, HEAD'],
    ['GET', '/orders/a/retry', 'POST'],
    ['POST', '/products/a', 'GET, HEAD, PUT'],
    ['OPTIONS', '/orders', 'GET, HEAD, POST'],
  ])('%s %s gets 405 and what is allowed', async (method, path, allow) => {
    const response = await fetchBridge(path, { method })

    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe(allow)
  })
})

describe('any answer', () => {
  it('carries a request ID of its own, which its problem and its log line repeat', async () => {
    const warn = vi.spyOn(console, 'warn')
    const response = await fetchBridge('/nothing', { headers: { 'x-request-id': 'theirs' } })

    const id = response.headers.get('x-request-id')
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(await response.json()).toMatchObject({ request_id: id })
    expect(JSON.parse(String(warn.mock.calls[0]?.[0]))).toMatchObject({
      event: 'request',
      request_id: id,
      method: 'GET',
      status: 404,
      code: 'not-found',
    })
  })

  it('does not mind a trailing slash', async () => {
    expect((await fetchAsStore('/orders/')).status).toBe(200)
    expect((await fetchBridge('/sign-customiser/products/', { method: 'POST' })).status).toBe(401)
  })

  it('to HEAD is that to GET without a body', async () => {
    const response = await fetchAsStore('/orders', { method: 'HEAD' })

    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
  })
})
