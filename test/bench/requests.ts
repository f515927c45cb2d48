import { createHmac } from 'node:crypto'
import { SECRETS } from './settings.ts'

/** A request that the load generator can send to any of the servers, and the statuses that may answer it. */
export interface Load {
  method: 'GET' | 'POST'
  path: string
  headers: Record<string, string>
  body: Buffer
  statuses: readonly number[]
}

export type Kind =
  | 'product'
  | 'forged'
  | 'order'
  | 'order in a rush'
  | 'read order'
  | 'list orders'
  | 'read metrics'

/** What a ledger that is next to empty holds, enough to fill a page of the list. */
export const FEW_ORDERS = 200

/** The products that orders are made of. */
export const ORDERED_PRODUCTS = [1, 2, 3, 4, 5]

/** Returns what makes request after request, each with the ID that it is given. */
export function loadOf(kind: Kind, kilobytes: number): (id: number) => Load {
  if (kind === 'order') return (id) => order(id, kilobytes)
  // More at once than can be sent at once: some are queued.
  if (kind === 'order in a rush') return (id) => ({ ...order(id, kilobytes), statuses: [201, 202] })
  if (kind === 'read order') return (id) => read(`/orders/old-${1 + (id % FEW_ORDERS)}`)
  if (kind === 'list orders') return () => read('/orders?limit=50')
  if (kind === 'read metrics') return () => read('/metrics')
  const body = productBody(kilobytes)
  if (kind === 'product') return (id) => product(id, body)
  const forged = product(0, body)
  forged.headers['x-webhook-signature'] = '0'.repeat(64)
  return () => ({ ...forged, statuses: [401] })
}

/** A genuine product callback with an ID of its own. */
export function product(id: number, [start, end]: readonly [Buffer, Buffer]): Load {
  const body = Buffer.concat([start, Buffer.from(String(id)), end])
  const timestamp = String(Math.floor(Date.now() / 1000))
  const signature = createHmac('sha256', SECRETS.SIGN_CUSTOMISER_INTEGRATION_SECRET)
    .update(`${timestamp}.`)
    .update(body)
    .digest('hex')
  return {
    method: 'POST',
    path: '/sign-customiser/products',
    headers: {
      'content-type': 'application/json',
      'x-webhook-timestamp': timestamp,
      'x-webhook-signature': signature,
    },
    body,
    statuses: [200],
  }
}

const IMAGE = 'https://images.example.com/default/app-images/demonstration_image_1.jpg'

/** The documented product, given size by its uploads, as the bytes before and after its ID. */
export function productBody(kilobytes: number): [Buffer, Buffer] {
  const end = (uploads: number, padding: number) =>
    `,${JSON.stringify({
      title: 'Custom Neon: Hello World',
      description: 'Text: Hello World\nColour: Red\nFont: Comics',
      description_html: '<p>Text: Hello World</p>\n<p>Colour: Red</p>\n<p>Font: Comics</p>',
      external_id: null,
      external_data: {},
      price: 10_000,
      compare_price: 15_000,
      customiser_id: 1,
      logo_upload_id: null,
      product_image_url: IMAGE,
      uploads: Array.from({ length: uploads }, (_, n) => ({ url: `${IMAGE}?${n}`, type: 'product_image' })),
      created_at: '2024-01-01T00:00:00.000000Z',
      updated_at: '2024-01-01T00:00:00.000000Z',
      note: ' '.repeat(padding),
    }).slice(1)}}`
  const start = '{"product":{"product_id":'
  const room = kilobytes * 1024 - start.length - 'xxxxxx'.length
  let uploads = 1
  while (end(uploads * 2, 0).length <= room) uploads *= 2
  while (end(uploads + 1, 0).length <= room) uploads++
  return [Buffer.from(start), Buffer.from(end(uploads, Math.max(0, room - end(uploads, 0).length)))]
}

const AUTHORISATION = { authorization: `Bearer ${SECRETS.STORE_API_TOKEN}` }

const read = (path: string): Load => ({
  method: 'GET',
  path,
  headers: AUTHORISATION,
  body: Buffer.alloc(0),
  statuses: [200],
})

function order(id: number, kilobytes: number): Load {
  const lines = ORDERED_PRODUCTS.slice(0, kilobytes > 1 ? ORDERED_PRODUCTS.length : 1)
  const address = {
    first_name: 'John',
    last_name: 'Smith',
    address_1: '123 Main St',
    address_2: 'Suite 4',
    city: 'Los Angeles',
    province: 'CA',
    postcode: '90001',
    country: 'US',
  }
  const contact = { email: 'customer@example.com', phone: '+1 555-123-4567' }
  const order = (note: string) =>
    JSON.stringify({
      external_id: `order-${id}`,
      external_order_number: `SC-${id}`,
      currency: 'USD',
      billing_address: { ...address, ...contact },
      shipping_address: address,
      shipping_line: 'Standard Shipping',
      customer: { first_name: 'John', last_name: 'Smith', ...contact },
      products: lines.map((product) => ({ external_id: `sc-${product}`, quantity: 2, price: 2999, note })),
    })
  const room = Math.max(0, kilobytes * 1024 - order('').length)
  return {
    method: 'POST',
    path: '/orders',
    headers: { 'content-type': 'application/json', ...AUTHORISATION },
    body: Buffer.from(order('x'.repeat(room / lines.length))),
    statuses: [201],
  }
}
