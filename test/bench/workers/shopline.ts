import { shoplineSignature } from '../../../src/shopline/signature.ts'
import { HOSTILE } from './hostile-json.ts'

const SECRET = 'app-secret'
/** As many as may be live. */
const FIVE = ['a', 'b', 'c', 'd', SECRET]
const TIMESTAMP = '1618994178'
const FORGED = '0'.repeat(64)
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/** Does one of the works `limit`, `accepted`, `refused` and `hostile` over a body of `kilobytes`, `turns` times. */
export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url)
    const kilobytes = Number(searchParams.get('kilobytes'))
    const shape = HOSTILE[searchParams.get('shape') ?? '']
    const text = shape === undefined ? order(kilobytes) : shape(kilobytes * 1024)
    const body = encoder.encode(text) as Uint8Array<ArrayBuffer>
    const genuine = pathname === '/hostile' ? FORGED : await signatureOf(text)
    for (let turn = 0; turn < Number(searchParams.get('turns')); turn++) {
      if (pathname === '/limit') await limit(body, genuine)
      else if (pathname === '/accepted') await accept(body, genuine)
      else await refuse(body, pathname === '/hostile' ? FIVE : [SECRET])
    }
    return new Response('ok')
  },
} satisfies ExportedHandler

/** By hand: the body as text, parsed, its keys sorted, written, turned into bytes and verified. Nothing is left open. */
async function limit(body: Uint8Array<ArrayBuffer>, signature: string): Promise<void> {
  const signed = JSON.stringify(sorted(JSON.parse(decoder.decode(body))))
  const message = encoder.encode(`${TIMESTAMP}:${signed}`)
  if (!(await crypto.subtle.verify('HMAC', await key(), bytesOf(signature), message)))
    throw new Error('the limit is wrong')
}

/** The bridge's way to the same: the body verified in the first reading, then parsed. */
async function accept(body: Uint8Array<ArrayBuffer>, signature: string): Promise<void> {
  if ((await shoplineSignature.vouches({ timestamp: TIMESTAMP, signature }, body, [SECRET])) === null)
    throw new Error('a genuine signature was refused')
  JSON.parse(decoder.decode(body))
}

/** Every reading is tried. */
async function refuse(body: Uint8Array<ArrayBuffer>, secrets: readonly string[]): Promise<void> {
  if (await shoplineSignature.vouches({ timestamp: TIMESTAMP, signature: FORGED }, body, secrets))
    throw new Error('a forged signature was accepted')
}

type Value = string | number | boolean | null | Value[] | { [key: string]: Value }

function sorted(value: Value): Value {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const copy: { [key: string]: Value } = {}
  for (const key of Object.keys(value).sort()) copy[key] = sorted(value[key] ?? null)
  return copy
}

let imported: CryptoKey | null = null
const key = async () =>
  (imported ??= await crypto.subtle.importKey(
    'raw',
    encoder.encode(SECRET),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign', 'verify'],
  ))

const bytesOf = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

async function signatureOf(text: string): Promise<string> {
  const message = encoder.encode(`${TIMESTAMP}:${JSON.stringify(sorted(JSON.parse(text)))}`)
  const signature = new Uint8Array(await crypto.subtle.sign('HMAC', await key(), message))
  return [...signature].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** An order as its documentation has it: keys in no order, Chinese text, and amounts with a `30.0`, so that readings differ. */
function order(kilobytes: number): string {
  const money = (cents: number) =>
    `{"cents":${cents},"currency_symbol":"NT$","currency_iso":"TWD","label":"NT$${cents}","dollars":${cents}.0}`
  const line = (n: number) =>
    `{"id":"65a4f0c1e4b0a1000d8d${n}","item_type":"Product","item_id":"64aa000000000000000${n}",` +
    `"item_price":${money(3000)},"price":${money(4000)},"total":${money(6000)},"sku":"sc-${n}","quantity":2,` +
    '"title_translations":{"zh-hant":"客製霓虹燈","en":"Custom neon \\u003cHello\\u003e"},"is_preorder":false,' +
    '"fields_translations":{"en":["Red","90 cm"]},"child_products":null}'
  const lines: string[] = []
  for (let length = 0; length < kilobytes * 1024; length += lines.at(-1)?.length ?? 0)
    lines.push(line(10_000 + lines.length))
  return `{"topic":"order/create","event":"Order","resource":{"id":"65a4","subtotal_items":[${lines.join(',')}]}}`
}
