import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ConnectionDropped } from '../../src/sandbox/faults.ts'
import { sandbox } from '../../src/sandbox/sandbox.ts'
import { fetchAsStore, freezeTime, NOW, startAfresh } from '../bridge.ts'
import order from '../payloads/sign-customiser/api-create-order.request.json'
import payload from '../payloads/sign-customiser/product-created.json'
import { designIn, fetchFromOutside, OPTIONS, post, postOrder, received } from './drive.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

describe('POST /sandbox/designs', () => {
  it('signs the documented product under a fresh ID and hands it to the bridge', async () => {
    const app = sandbox(OPTIONS)
    fetchFromOutside(app)

    const response = await post(app, '/sandbox/designs', { product: { title: 'Open' } })

    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      product: { ...payload.product, product_id: NOW, title: 'Open', external_id: null, ...ATS },
      answer: { status: 200, body: { external_id: `sc-${NOW}` } },
    })
    const design = await fetchAsStore(`/products/sc-${NOW}`)
    expect(await design.json()).toMatchObject({ title: 'Open', price: 10000 })
  })

  it('makes each design a product of its own, though the clock stands still', async () => {
    const app = sandbox(OPTIONS)
    fetchFromOutside(app)

    const ids = [await designIn(app), await designIn(app), await designIn(app)]

    expect(ids).toEqual([`sc-${NOW}`, `sc-${NOW + 1}`, `sc-${NOW + 2}`])
  })

  it('says so when nothing answers', async () => {
    vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('connection refused'))

    const response = await post(sandbox(OPTIONS), '/sandbox/designs', {})

    expect(response.status).toBe(502)
    expect(await response.json()).toEqual({
      message: 'Nothing answers at https://bridge.test/sign-customiser/products.',
    })
  })

  it.each([
    ['a product that is a list', { product: [] }, { product: ['product must be an object.'] }],
    ['no JSON', 'product=1', { body: ['body must be an object.'] }],
  ])('refuses %s', async (_, body, errors) => {
    const response = await post(sandbox(OPTIONS), '/sandbox/designs', body)

    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ errors })
  })
})

describe('POST /sandbox/faults', () => {
  it.each<[string, object, number, Record<string, string>]>([
    ['a status', { kind: 'status', status: 500 }, 500, { 'content-type': 'application/json' }],
    ['503 by default', { kind: 'status' }, 503, {}],
    ['a status without a body', { kind: 'status', status: 204 }, 204, {}],
    [
      'Retry-After in seconds',
      { kind: 'status', status: 429, retry_after: 30 },
      429,
      { 'retry-after': '30' },
    ],
    [
      'Retry-After as a date',
      { kind: 'status', status: 503, retry_after: 'Wed, 02 Jan 2030 12:00:00 GMT' },
      503,
      { 'retry-after': 'Wed, 02 Jan 2030 12:00:00 GMT' },
    ],
    ['a redirect', { kind: 'redirect' }, 302, { location: 'https://sign-customiser.test/login' }],
    ['a page', { kind: 'html' }, 200, { 'content-type': 'text/html; charset=utf-8' }],
    ['an error page', { kind: 'html', status: 502 }, 502, { 'content-type': 'text/html; charset=utf-8' }],
  ])('makes the next order fail with %s, and only that', async (_, fault, status, headers) => {
    const app = sandbox(OPTIONS)
    expect((await post(app, '/sandbox/faults', fault)).status).toBe(200)

    const failed = await postOrder(app, order)
    expect(failed.status).toBe(status)
    expect(Object.fromEntries(failed.headers)).toMatchObject(headers)
    expect(await received(app)).toEqual([])

    expect((await postOrder(app, order)).status).toBe(200)
  })

  it('fails as many calls as it is told, one fault after the other', async () => {
    const app = sandbox(OPTIONS)
    await post(app, '/sandbox/faults', { kind: 'status', status: 500, count: 2 })
    await post(app, '/sandbox/faults', { kind: 'status', status: 429 })

    const statuses = []
    for (let i = 0; i < 4; i++) statuses.push((await postOrder(app, order)).status)

    expect(statuses).toEqual([500, 500, 429, 200])
  })

  it.each([
    ['before', false, 0],
    ['after', true, 1],
  ])('drops the connection %s the order is recorded', async (_, recorded, count) => {
    const app = sandbox(OPTIONS)
    await post(app, '/sandbox/faults', { kind: 'drop', recorded })

    await expect(postOrder(app, order)).rejects.toThrow(ConnectionDropped)
    expect(await received(app)).toHaveLength(count)
  })

  it.each([
    ['before', false, 0],
    ['after', true, 1],
  ])('hangs %s the order is recorded, until the caller gives up', async (_, recorded, count) => {
    const app = sandbox(OPTIONS)
    await post(app, '/sandbox/faults', { kind: 'hang', recorded })
    const caller = new AbortController()
    let isOver = false

    const call = postOrder(app, order, caller.signal).finally(() => {
      isOver = true
    })
    const outcome = expect(call).rejects.toThrow(ConnectionDropped)
    expect(await received(app)).toHaveLength(0)
    await new Promise((resolve) => setTimeout(resolve))
    expect(isOver).toBe(false)
    caller.abort()

    await outcome
    expect(await received(app)).toHaveLength(count)
  })

  it('shows what is still to fail, and can be called off', async () => {
    const app = sandbox(OPTIONS)
    await post(app, '/sandbox/faults', { kind: 'redirect', count: 3 })
    await postOrder(app, order)

    expect(await (await app.request('/sandbox/faults')).json()).toEqual({
      faults: [{ kind: 'redirect', count: 2, recorded: false }],
    })
    expect((await app.request('/sandbox/faults', { method: 'DELETE' })).status).toBe(204)
    expect((await postOrder(app, order)).status).toBe(200)
  })

  it.each<[string, unknown, object]>([
    ['no kind', {}, { kind: ['kind must be status, html, hang, drop or redirect.'] }],
    ['an unknown kind', { kind: 'fire' }, { kind: ['kind must be status, html, hang, drop or redirect.'] }],
    ['count 0', { kind: 'hang', count: 0 }, { count: ['count must be at least 1.'] }],
    ['a status that is none', { kind: 'status', status: 99 }, { status: ['status must be at least 200.'] }],
    ['a field it does not know', { kind: 'drop', status: 500 }, { status: [expect.any(String)] }],
    ['no JSON', 'kind=drop', { body: ['body must be an object.'] }],
  ])('refuses %s, and nothing fails', async (_, fault, errors) => {
    const app = sandbox(OPTIONS)

    const response = await post(app, '/sandbox/faults', fault)

    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ errors })
    expect((await postOrder(app, order)).status).toBe(200)
  })
})

it('forgets its orders when it is told to', async () => {
  const app = sandbox(OPTIONS)
  await postOrder(app, order)

  expect((await app.request('/sandbox/orders', { method: 'DELETE' })).status).toBe(204)
  expect(await received(app)).toEqual([])
})

it('has nothing elsewhere', async () => {
  expect((await sandbox(OPTIONS).request('/api/v2/orders')).status).toBe(404)
})

const ATS = { created_at: '2030-01-01T12:00:00.000000Z', updated_at: '2030-01-01T12:00:00.000000Z' }
