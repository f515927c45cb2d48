import fc from 'fast-check'
import { prefixed, sign } from '../../src/signing/hmac.ts'
import { SECOND, utf8 } from '../bridge.ts'
import { BODIES, CANARY, NAUGHTY } from './corpus.ts'
import type { Route } from './routes.ts'

/** A request as it is generated; `proof` says what it presents of secret, token or password. */
export interface Hostile {
  method: string
  path: string
  proof: 'none' | 'wrong' | 'right'
  headers: [string, string][]
  body: Uint8Array<ArrayBuffer> | null
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'PURGE', 'REPORT']
const QUERIES = ['q', 'limit', 'cursor', 'state', 'topic', 'destination', 'sign', '__proto__', 'constructor']
const HEADERS = [
  'content-type',
  'content-encoding',
  'content-length',
  'transfer-encoding',
  'x-request-id',
  'x-http-method-override',
  'x-forwarded-host',
  'accept',
  'origin',
  'sec-fetch-site',
  'if-none-match',
  'cookie',
  'range',
  'expect',
]

const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NAUGHTY) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constant(CANARY) },
)
const number = fc.oneof(
  fc.constantFrom(0, -0, -1, 0.1, 1e21, 2 ** 53, -(2 ** 53), 5e-324, 1.7976931348623157e308),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
)
const value = fc.oneof(
  text,
  number,
  fc.constantFrom(null, true, false, [], {}),
  fc.jsonValue({ maxDepth: 4 }),
)

/** What each route is really sent; one thing is then put in the place of another. */
const PAYLOADS: readonly Record<string, unknown>[] = [
  { product: { product_id: 1, title: CANARY, price: 2999, currency: 'USD', product_image_url: CANARY } },
  {
    external_id: 'order-1',
    external_order_number: '#1',
    integration_id: 42,
    currency: 'USD',
    products: [{ external_id: 'sc-1', quantity: 2, price: 2999 }],
    customer: { first_name: CANARY, email: CANARY },
    billing_address: { address_1: CANARY },
    shipping_address: { address_1: CANARY },
    shipping_line: CANARY,
  },
  {
    order: {
      order_id: 7,
      external_id: 'order-1',
      external_order_number: '#1',
      products: [{ product_id: 1 }],
      customer: { email: CANARY },
    },
  },
  { form_submission: { submission_number: 12, responses: [{ value: CANARY }] } },
  {
    id: '21071580126540830526',
    name: 'D1001',
    currency: 'USD',
    customer: { email: CANARY },
    line_items: [{ product_id: '1', quantity: 1, price: '100.00', title: CANARY }],
  },
]

/** A payload of which one part, found by a random walk, is another or gone. */
const spoiled = fc
  .tuple(fc.constantFrom(...PAYLOADS), fc.infiniteStream(fc.nat(9)), fc.option(value), fc.option(text))
  .map(([payload, steps, instead, key]) => {
    const copy = structuredClone(payload)
    let place: Record<string, unknown> = copy
    for (const step of steps) {
      const keys = Object.keys(place)
      const name = keys[step % keys.length] ?? 'a'
      const inner = place[name]
      if (step > 3 && typeof inner === 'object' && inner !== null) {
        place = inner as Record<string, unknown>
        continue
      }
      if (key !== null) Object.defineProperty(place, key, { value: instead, enumerable: true })
      else if (step === 0) delete place[name]
      else place[name] = instead
      break
    }
    return utf8(JSON.stringify(copy))
  })

const body = fc.oneof(
  { weight: 6, arbitrary: spoiled },
  { weight: 1, arbitrary: fc.jsonValue().map((json) => utf8(JSON.stringify(json))) },
  { weight: 1, arbitrary: fc.constantFrom(...BODIES.filter(({ length }) => length < 2_000)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }).map((bytes) => new Uint8Array(bytes)) },
  { weight: 1, arbitrary: text.map(utf8) },
)

/** A path's segment or a query's value: escaped, escaped badly, or as it is. */
const inUrl = fc
  .tuple(text, fc.constantFrom('escaped', 'twice', 'raw'))
  .map(([text, how]) => (how === 'raw' ? text : how === 'twice' ? escaped(escaped(text)) : escaped(text)))

const escaped = (text: string) => encodeURIComponent(text.toWellFormed())

const headerValue = fc
  .oneof(text, fc.constantFrom('application/json', 'application/json;charset=utf-16', 'text/plain', 'gzip'))
  .map((value) => value.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '').trim())

const extras = fc.array(fc.tuple(fc.constantFrom(...HEADERS), headerValue), { maxLength: 4 })

/** Requests to a route that are wrong in every way, or right but for one. */
export const hostileTo = (route: Route): fc.Arbitrary<Hostile> =>
  fc.record({
    method: fc.oneof(
      { weight: 9, arbitrary: fc.constant(route.method) },
      { weight: 1, arbitrary: fc.constantFrom(...METHODS) },
    ),
    path: fc
      .tuple(
        fc.oneof(fc.constantFrom('order-1', 'sc-1', '1'), inUrl),
        fc.constantFrom('', '', '', '/', '//', '/.', '%2f', '/x', '\\', '%00'),
        fc.array(fc.tuple(fc.constantFrom(...QUERIES), inUrl), { maxLength: 3 }),
      )
      .map(([segment, tail, query]) => {
        const search = query.map(([name, value]) => `${name}=${value}`).join('&')
        return `${route.path.replaceAll(/:\w+/g, () => segment)}${tail}${search && `?${search}`}`
      }),
    proof: fc.constantFrom('none', 'wrong', 'right', 'right', 'right'),
    headers: fc.oneof(
      extras,
      extras.map((more): [string, string][] => [['content-type', 'application/json'], ...more]),
    ),
    body: fc.option(body, { freq: 8 }),
  })

/** The request itself, signed and authorised as far as it says. What can't be put into a request at all is left out. */
export async function requestOf(
  { method, path, proof, headers, body }: Hostile,
  nth: number,
): Promise<Request> {
  // The demo takes orders on this machine alone, and beside it the console is open there alone.
  const origin = /^\/(demo|console)/.test(path) ? 'http://localhost' : 'https://bridge.test'
  const url = new URL(`${origin}${path.startsWith('/') ? path : `/${path}`}`)
  const all = new Headers(headers)
  // Each from an address of its own: the limit on failures has a test of its own.
  all.set('cf-connecting-ip', `${nth}`)
  const sent = method === 'GET' || method === 'HEAD' ? null : body
  if (proof !== 'none') await prove(url, all, sent ?? new Uint8Array(0), proof === 'right')
  return new Request(url, { method, headers: all, body: sent })
}

const HOOKS = '/shopline/hooks/'

async function prove(url: URL, headers: Headers, body: Uint8Array, isRight: boolean): Promise<void> {
  const timestamp = `${Math.floor(Date.now() / SECOND)}`
  const spoil = isRight ? '' : CANARY
  const [, door] = url.pathname.split('/')
  if (door === 'sign-customiser') {
    const secret = url.pathname.includes('products') ? 'integration-secret' : 'webhook-secret'
    headers.set('x-webhook-timestamp', timestamp)
    headers.set('x-webhook-signature', await sign(`${secret}${spoil}`, prefixed(`${timestamp}.`, body)))
  } else if (url.pathname.startsWith(HOOKS)) {
    const [, ...tail] = url.pathname.slice(HOOKS.length).split('/')
    url.pathname = HOOKS + [`hook-key-hook-key-hook-key-hook-key${spoil}`, ...tail].join('/')
  } else if (door === 'shopline') {
    headers.set('x-shopline-developer-event-timestamp', timestamp)
    url.searchParams.set('sign', await sign(`app-secret${spoil}`, prefixed(`${timestamp}:`, body)))
  } else if (door === 'console') {
    headers.set('authorization', `Basic ${btoa(`operator:console-password${spoil}`)}`)
    headers.set('sec-fetch-site', 'same-origin')
  } else headers.set('authorization', `Bearer token-of-the-store${spoil}`)
}
