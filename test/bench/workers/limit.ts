import { LimitLedger } from './limit-ledger.ts'

/**
 * The limit that the bridge is measured against: the same promise by hand, without router, validator, problem documents, request
 * ID or log. The same verification, the same parse, the same KV put, the same commits.
 */
export interface LimitEnv {
  CATALOGUE: KVNamespace
  LEDGER: DurableObjectNamespace<LimitLedger>
  SIGN_CUSTOMISER_INTEGRATION_SECRET: string
  SIGN_CUSTOMISER_API_TOKEN: string
  SIGN_CUSTOMISER_INTEGRATION_ID: string
  SIGN_CUSTOMISER_API_URL: string
  STORE_API_TOKEN: string
}

const encoder = new TextEncoder()
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })
let key: Promise<CryptoKey> | null = null

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url)
    if (pathname === '/sign-customiser/products') return product(request, env)
    if (pathname === '/orders') return order(request, env)
    return new Response('ok')
  },
} satisfies ExportedHandler<LimitEnv>

export { LimitLedger as Ledger }

async function product(request: Request, env: LimitEnv): Promise<Response> {
  const timestamp = request.headers.get('x-webhook-timestamp') ?? ''
  const signature = request.headers.get('x-webhook-signature') ?? ''
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300)) return new Response(null, { status: 401 })

  const body = new Uint8Array(await request.arrayBuffer())
  const start = encoder.encode(`${timestamp}.`)
  const message = new Uint8Array(start.length + body.length)
  message.set(start)
  message.set(body, start.length)
  if (!(await crypto.subtle.verify('HMAC', await keyOf(env), Uint8Array.fromHex(signature), message)))
    return new Response(null, { status: 401 })

  const signed = utf8.decode(body)
  const { product }: { product: { product_id: number } } = JSON.parse(signed)
  const external_id = `sc-${product.product_id}`
  await Promise.all([
    env.LEDGER.getByName('ledger').record(external_id, signed),
    env.CATALOGUE.put(`product:${external_id}`, signed),
  ])
  return Response.json({ external_id })
}

async function order(request: Request, env: LimitEnv): Promise<Response> {
  const presented = encoder.encode(request.headers.get('authorization') ?? '')
  const expected = encoder.encode(`Bearer ${env.STORE_API_TOKEN}`)
  if (presented.length !== expected.length || !crypto.subtle.timingSafeEqual(presented, expected))
    return new Response(null, { status: 401 })

  const order: { external_id: string; products: { external_id: string }[] } = JSON.parse(
    utf8.decode(await request.arrayBuffer()),
  )
  const state = await env.LEDGER.getByName('ledger').submit(
    order.external_id,
    order.products.map(({ external_id }) => external_id),
    JSON.stringify({ integration_id: Number(env.SIGN_CUSTOMISER_INTEGRATION_ID), ...order }),
  )
  return Response.json({ external_id: order.external_id, state }, { status: state === 'relayed' ? 201 : 202 })
}

function keyOf(env: LimitEnv): Promise<CryptoKey> {
  key ??= crypto.subtle.importKey(
    'raw',
    encoder.encode(env.SIGN_CUSTOMISER_INTEGRATION_SECRET),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['verify'],
  )
  return key
}
