import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  anOrder,
  changeSettings,
  fetchAsStore,
  fetchAsset,
  freezeTime,
  outsideAnswers,
  postDesign,
  postEvent,
  postOrder,
  postSigned,
  runAlarm,
  sendAsStore,
  startAfresh,
} from '../bridge.ts'
import { DOCUMENT, isLeftOut, undocumented } from '../documented.ts'
import { everyRoute } from '../hostile/routes.ts'
import { PUBLIC_PAGES } from '../public-files.ts'
import { postWebhook } from '../shopline/shopline.ts'

/** What the Worker answers, and what the platform serves before it is asked. */
const routes = [
  ...(await everyRoute()),
  ...PUBLIC_PAGES.map((path) => ({
    method: 'GET',
    path: path.replace(/^\/problems\/.+/, '/problems/:code'),
  })),
]

beforeEach(freezeTime)
afterEach(startAfresh)

/** Each documented body, with the operation it is for. */
const EXAMPLES = Object.entries(DOCUMENT.paths).flatMap(([path, operations]) =>
  Object.entries(operations).flatMap(([method, { requestBody, security }]) =>
    Object.entries(requestBody?.content['application/json']?.examples ?? {}).map(([name, { value }]) => ({
      name,
      method,
      path,
      value,
      scheme: Object.keys(security?.[0] ?? {}).join(),
    })),
  ),
)

/** Every list of the store, and whether it says that it takes `q`. */
const LISTS = Object.entries(DOCUMENT.paths).flatMap(([path, { get }]) => {
  const names = get?.parameters?.map(({ name }) => name) ?? []
  return names.includes('cursor') ? [{ path, takesQ: names.includes('q') }] : []
})

/** Sends a body by the way that its operation asks for. */
function sendExample({ method, path, value, scheme }: (typeof EXAMPLES)[number]): Promise<Response> {
  const secret = path === '/sign-customiser/webhooks' ? 'webhook-secret' : 'integration-secret'
  if (scheme === 'signCustomiser') return postSigned(path, JSON.stringify(value), { secret })
  if (scheme === 'shopline') return postWebhook(value)
  const own = path.replace('{external_id}', 'old-1').replace('{key}', 'hook-key-hook-key-hook-key-hook-key')
  return sendAsStore(method === 'put' ? 'PUT' : 'POST', own, value)
}

describe('GET /openapi.json', () => {
  it('is OpenAPI 3.1, kept by callers until it changes', async () => {
    const response = await fetchAsset('/openapi.json')
    const etag = response.headers.get('etag') ?? ''

    expect(await response.json()).toMatchObject({ openapi: '3.1.0' })
    expect((await fetchAsset('/openapi.json', { headers: { 'if-none-match': etag } })).status).toBe(304)
  })

  it('describes every route that is not left out on purpose, and no other', () => {
    const described = Object.entries(DOCUMENT.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    )

    const answered = routes
      .filter(({ path }) => !isLeftOut(path))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
    expect(described.sort()).toEqual([...new Set(answered)].sort())
  })

  it.each(LISTS)('says of $path that it takes q: $takesQ', async ({ path, takesQ }) => {
    await changeSettings({ EVENTS_URL: 'https://store.test/events' })
    outsideAnswers()
    await postDesign({ product_id: 1 })
    await postOrder(anOrder())
    await postEvent({ form_submission: { submission_number: 12 } })
    const count = async (query: string) => {
      const page = await (await fetchAsStore(path + query)).json<Record<string, unknown[]>>()
      return page[path.slice(1)]?.length
    }

    expect(await count('')).toBeGreaterThan(0)
    expect((await count('?q=no-such-beginning')) === 0).toBe(takesQ)
  })

  it.each(EXAMPLES)('has an example "$name" that $method $path takes', async (example) => {
    outsideAnswers(() => new Response('', { status: 422 }))
    await postDesign({ product_id: 1 })
    if (example.path.endsWith('/settle')) await postOrder(anOrder('old-1'))
    outsideAnswers()

    expect([200, 201]).toContain((await sendExample(example)).status)
  })

  it('has an order of SHOPLINE that is relayed', async () => {
    const sent = outsideAnswers()
    await postDesign({ product_id: 1 })
    await sendExample(EXAMPLES.find(({ scheme }) => scheme === 'shopline') as (typeof EXAMPLES)[number])
    await runAlarm()

    expect(sent).toHaveLength(1)
  })
})

describe('the comparison of answers with the document', () => {
  const url = 'https://bridge.test/orders/1'

  it.each([
    ['a status that is not promised', Response.json({}, { status: 418 }), 'no status 418'],
    [
      'another media type',
      new Response('{}', { headers: { 'content-type': 'text/plain' } }),
      'text/plain with status 200',
    ],
  ])('finds %s', async (_, response, difference) => {
    expect(await undocumented('GET', url, response)).toBe(difference)
  })

  it('finds a member that is missing, of another kind or not promised', async () => {
    const health = (body: unknown) => undocumented('GET', 'https://bridge.test/health', Response.json(body))

    expect(await health({ ok: true })).toBeNull()
    for (const body of [{}, { ok: 'yes' }, { ok: true, more: 1 }]) expect(await health(body)).not.toBeNull()
  })

  it('finds a route that is not documented', async () => {
    expect(await undocumented('GET', 'https://bridge.test/secret', Response.json({}))).toBe(
      'no such operation',
    )
  })
})
