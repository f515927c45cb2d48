import { tellShoplineStory } from './shopline-story.ts'
import type { Stack } from './stack.ts'
import { Trouble } from './trouble.ts'

/** What went through, for whoever looks on. */
export interface Told {
  productId: string
  orderId: string
}

/** As the store goes: one that hands its orders in, or SHOPLINE. */
export const tellStory = (stack: Stack, tell: (line: string) => void): Promise<Told> =>
  stack.store === 'shopline' ? tellShoplineStory(stack, tell) : tellStoreStory(stack, tell)

/**
 * Sends one signed design and one order through bridge and sandbox and tells each step.
 *
 * Throws `Trouble` at the first step that goes otherwise than it should.
 */
async function tellStoreStory(stack: Stack, tell: (line: string) => void): Promise<Told> {
  const { bridgeUrl, sandboxUrl } = stack

  tell(
    '1. A shopper designs a sign. Sign Customiser, played by the sandbox, signs it and posts it to the bridge.',
  )
  const picture = `${sandboxUrl}/designer/picture.svg?text=Hello+World&font=Tube&colour=Red&size=Medium`
  const design = await call(`${sandboxUrl}/sandbox/designs`, {
    method: 'POST',
    body: JSON.stringify({ product: { product_image_url: picture } }),
  })
  const { answer } = (await expectStatus(design, 200)) as { answer: { status: number; body: unknown } }
  tell(`   POST /sign-customiser/products → ${answer.status} ${JSON.stringify(answer.body)}`)
  if (answer.status !== 200) throw new Trouble('The bridge did not take the design.')
  const productId = (answer.body as { external_id: string }).external_id

  tell('2. The store looks the product up, and takes its title and price from here.')
  const product = await call(`${bridgeUrl}/products/${productId}`, asStore(stack))
  const { title, price, currency } = (await expectStatus(product, 200)) as Record<string, unknown>
  tell(`   GET /products/${productId} → ${product.status} ${JSON.stringify({ title, price, currency })}`)

  tell('3. The shopper buys it, and the store hands the order in.')
  const order = anOrder(`order-${Date.now()}`, productId)
  const orderId = order.external_id
  const taken = await call(`${bridgeUrl}/orders`, asStore(stack, order))
  const { state } = (await expectStatus(taken, 201)) as { state: string }
  tell(`   POST /orders → ${taken.status} ${JSON.stringify({ external_id: orderId, state })}`)

  tell('4. It has reached Sign Customiser, once.')
  const arrived = await call(`${sandboxUrl}/sandbox/orders?external_id=${orderId}`)
  const { orders } = (await expectStatus(arrived, 200)) as { orders: { order: unknown }[] }
  if (orders.length !== 1) throw new Trouble(`The order arrived ${orders.length} times instead of once.`)
  tell(`   POST /api/v2/orders ← ${JSON.stringify(orders[0]?.order)}`)
  return { productId, orderId }
}

export const anOrder = (external_id: string, productId: string) => ({
  external_id,
  external_order_number: `#${external_id}`,
  products: [{ external_id: productId, quantity: 1, price: 10_000 }],
})

export const asStore = ({ storeToken }: Stack, body?: unknown): RequestInit => ({
  headers: { authorization: `Bearer ${storeToken}`, 'content-type': 'application/json' },
  ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
})

export const call = (url: string, init?: RequestInit) =>
  fetch(url, init).catch((cause) => {
    throw new Trouble(`Nothing answers at ${url}.`, { cause })
  })

export async function expectStatus(response: Response, status: number): Promise<unknown> {
  const text = await response.text()
  if (response.status === status) return JSON.parse(text)
  throw new Trouble(`${response.url} answered ${response.status} instead of ${status}: ${text}`)
}
