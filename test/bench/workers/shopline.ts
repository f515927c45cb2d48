import { parseJson } from '../../../src/http/json.ts'
import { canonicalReadings } from '../../../src/shopline/canonical-json.ts'
import { shoplineSignature } from '../../../src/shopline/signature.ts'
import { prefixed, sign } from '../../../src/signing/hmac.ts'

const SECRET = 'app-secret'
const TIMESTAMP = '1618994178'
const FORGED = '0'.repeat(64)
const encoder = new TextEncoder()

/** Does one of the works `parse`, `verified` and `refused` over an order of `kilobytes`, `turns` times. */
export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url)
    const text = order(Number(searchParams.get('kilobytes')))
    const body = encoder.encode(text) as Uint8Array<ArrayBuffer>
    const signature = pathname === '/verified' ? await signatureOf(body) : FORGED
    for (let turn = 0; turn < Number(searchParams.get('turns')); turn++) {
      if (pathname === '/parse') JSON.stringify(JSON.parse(text))
      else {
        const reading = await shoplineSignature.vouches({ timestamp: TIMESTAMP, signature }, body, [SECRET])
        if ((reading === null) !== (signature === FORGED)) throw new Error('the verdict is wrong')
      }
    }
    return new Response('ok')
  },
} satisfies ExportedHandler

async function signatureOf(body: Uint8Array<ArrayBuffer>): Promise<string> {
  const json = parseJson(body)
  if (!json.ok) throw new Error('the order is no JSON')
  const [first] = canonicalReadings(json.value.value, json.value.text)
  return sign(SECRET, prefixed(`${TIMESTAMP}:`, encoder.encode(first?.text)))
}

/** An order as its documentation has it: keys in no order, and amounts of money with a `30.0`, so that readings differ. */
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
