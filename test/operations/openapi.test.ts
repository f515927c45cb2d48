import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  fetchBridge,
  freezeTime,
  outsideAnswers,
  postDesign,
  postSigned,
  sendAsStore,
  startAfresh,
} from '../bridge.ts'
import { DOCUMENT, undocumented } from '../documented.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

/** Each documented body, with the operation it is for. SHOPLINE's is sent where its route is tested. */
const EXAMPLES = Object.entries(DOCUMENT.paths).flatMap(([path, operations]) =>
  Object.entries(operations).flatMap(([method, { requestBody, security }]) =>
    Object.entries(requestBody?.content['application/json']?.examples ?? {})
      .filter(() => security?.[0] && !('shopline' in security[0]))
      .map(([name, { value }]) => ({
        name,
        method,
        path,
        value,
        isSigned: 'signCustomiser' in (security?.[0] ?? {}),
      })),
  ),
)

describe('GET /openapi.json', () => {
  it('is OpenAPI 3.1, kept by callers until it changes', async () => {
    const response = await fetchBridge('/openapi.json')
    const etag = response.headers.get('etag') ?? ''

    expect(await response.json()).toMatchObject({ openapi: '3.1.0' })
    expect((await fetchBridge('/openapi.json', { headers: { 'if-none-match': etag } })).status).toBe(304)
  })

  it.each(EXAMPLES)(
    'has an example "$name" that $method $path takes',
    async ({ method, path, value, isSigned }) => {
      outsideAnswers()
      await postDesign({ product_id: 1 })
      const secret = path === '/sign-customiser/webhooks' ? 'webhook-secret' : 'integration-secret'
      const response = isSigned
        ? await postSigned(path, JSON.stringify(value), { secret })
        : await sendAsStore(method === 'put' ? 'PUT' : 'POST', path.replace('{external_id}', 'old-1'), value)

      expect([200, 201]).toContain(response.status)
    },
  )
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
