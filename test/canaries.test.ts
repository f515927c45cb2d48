import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import {
  anOrder,
  fetchAsStore,
  fetchBridge,
  freezeTime,
  keepLog,
  outsideAnswers,
  passTime,
  postDesign,
  postOrder,
  runAlarm,
  SECOND,
  startAfresh,
} from './bridge.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

/** Planted where customers, secrets and vendors put such things; none may be logged or repeated in an error. */
const CANARIES = {
  name: 'Canary-Wren',
  email: 'canary@wren.example',
  phone: '+1 555 0100 777',
  street: '1 Canary Wharf',
  title: 'Happy birthday Canary',
  words: 'canary-words of the other side',
  token: 'canary-presented-token',
  signature: 'ca9a'.repeat(16),
  path: 'canary-in-the-path',
}
const SECRETS = [env.SIGN_CUSTOMISER_INTEGRATION_SECRET, env.SIGN_CUSTOMISER_API_TOKEN, env.STORE_API_TOKEN]

const person = {
  first_name: CANARIES.name,
  email: CANARIES.email,
  phone: CANARIES.phone,
  address_1: CANARIES.street,
}
const order = (id: string, more = {}) =>
  anOrder(id, {
    customer: person,
    billing_address: person,
    shipping_address: person,
    note: CANARIES.words,
    ...more,
  })

it('no log line and no error repeats a secret or anything personal', async () => {
  const lines = keepLog()
  const errors: string[] = []
  const keep = async (response: Response) => {
    if (!response.ok) errors.push(await response.clone().text())
    errors.push(JSON.stringify([...response.headers]))
  }

  await keep(await postDesign({ product_id: 1, title: CANARIES.title, price: 100 }))
  await keep(await postDesign({ product_id: 1, title: CANARIES.title }, { signature: CANARIES.signature }))
  await keep(await postDesign({ product_id: 1 }, { sentBody: `{"product":"${CANARIES.title}` }))
  await keep(await postDesign(CANARIES.title))

  const answers = [
    () => new Response(CANARIES.words, { status: 503 }),
    () => Promise.reject(new TypeError(CANARIES.words)),
    () => new Response(`<p>${CANARIES.words}</p>`),
    () => Promise.reject(new Error(`Too many subrequests ${env.SIGN_CUSTOMISER_INTEGRATION_ID}`)),
    () => Response.json({ order: { order_id: 1, customer: person } }),
  ]
  outsideAnswers((_, nth) => answers[(nth - 1) % answers.length]?.() ?? new Response())
  for (const id of ['a', 'b', 'c', 'd', 'e']) await keep(await postOrder(order(id)))
  passTime(600 * SECOND)
  await runAlarm()

  await keep(await postOrder(order('a', { currency: CANARIES.name })))
  await keep(await postOrder(order('a', { shipping_line: 'other' })))
  await keep(await postOrder(order('f', { products: [{ external_id: CANARIES.title }] })))
  await keep(await postOrder(`{"customer": "${CANARIES.name}`))
  await keep(await fetchBridge(`/${CANARIES.path}?token=${CANARIES.token}`))
  await keep(await fetchBridge('/orders', { headers: { authorization: `Bearer ${CANARIES.token}` } }))
  await keep(await fetchAsStore(`/orders?state=${CANARIES.name}&q=${CANARIES.email}&limit=${CANARIES.token}`))

  vi.spyOn(env.LEDGER, 'getByName').mockImplementation(() => {
    throw new SyntaxError(`Unexpected token in JSON: ${CANARIES.name}`)
  })
  await keep(await postOrder(order('g')))

  expect(lines.length).toBeGreaterThan(20)
  expect(errors.length).toBeGreaterThan(15)
  for (const canary of [...Object.values(CANARIES), ...SECRETS])
    for (const line of [...lines, ...errors]) expect(line).not.toContain(canary)
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow()
})
