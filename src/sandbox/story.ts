import type { Stack } from './stack.ts'
import { Trouble } from './trouble.ts'

type Tell = (line: string) => void

/** What went through, for whoever looks on. */
interface Told {
  productId: string
  orderId: string
}

/** The bridge relays SHOPLINE's orders after its answer: how often one looks, and after how many milliseconds each time. */
const LOOKS = 50
const LOOK_AGAIN_MS = 200

/**
 * Sends one signed design and one order through bridge and sandbox and tells each step: the order of a store that hands its
 * orders in, or of SHOPLINE, where the design becomes a product whose order comes as a webhook.
 *
 * Throws `Trouble` at the first step that goes otherwise than it should.
 */
export async function tellStory(stack: Stack, tell: Tell): Promise<Told> {
  const isShopline = stack.store === 'shopline'

  tell(
    isShopline
      ? '1. A shopper designs a sign. The bridge has SHOPLINE, played by the sandbox, make a product of it.'
      : '1. A shopper designs a sign. Sign Customiser, played by the sandbox, signs it and posts it to the bridge.',
  )
  const productId = await design(stack, tell)

  tell(
    isShopline
      ? '2. That is the ID of the product in SHOPLINE; the bridge knows the design by it.'
      : '2. The store looks the product up, and takes its title and price from here.',
  )
  const shown = isShopline ? ['title', 'price', 'product_id'] : ['title', 'price', 'currency']
  await lookUp(stack, productId, shown, tell)

  tell(
    isShopline
      ? '3. The shopper buys it, and SHOPLINE posts a signed webhook.'
      : '3. The shopper buys it, and the store hands the order in.',
  )
  const orderId = await (isShopline ? buyAtShopline : buy)(stack, productId, tell)

  tell('4. It has reached Sign Customiser, once.')
  const orders = await arrivals(stack, orderId)
  if (orders.length !== 1) throw new Trouble(`The order arrived ${orders.length} times instead of once.`)
  tell(`   POST /api/v2/orders ← ${JSON.stringify(orders[0]?.order)}`)
  return { productId, orderId }
}

/** Returns the product ID that the bridge gave the design. */
async function design({ sandboxUrl }: Stack, tell: Tell): Promise<string> {
  const picture = `${sandboxUrl}/designer/picture.svg?text=Hello+World&font=Tube&colour=Red&size=Medium`
  const made = await call(
    `${sandboxUrl}/sandbox/designs`,
    posted({ product: { product_image_url: picture } }),
  )
  const { answer } = (await expectStatus(made, 200)) as { answer: { status: number; body: unknown } }
  tell(`   POST /sign-customiser/products → ${answer.status} ${JSON.stringify(answer.body)}`)
  if (answer.status !== 200) throw new Trouble('The bridge did not take the design.')
  return (answer.body as { external_id: string }).external_id
}

async function lookUp(stack: Stack, productId: string, shown: readonly string[], tell: Tell): Promise<void> {
  const found = await call(`${stack.bridgeUrl}/products/${productId}`, asStore(stack))
  const product = (await expectStatus(found, 200)) as Record<string, unknown>
  // With a list of names, JSON has those members and no others.
  tell(`   GET /products/${productId} → ${found.status} ${JSON.stringify(product, [...shown])}`)
}

/** Hands an order in, as the store's backend does; returns its ID. */
async function buy(stack: Stack, productId: string, tell: Tell): Promise<string> {
  const order = anOrder(`order-${Date.now()}`, productId)
  const taken = await call(`${stack.bridgeUrl}/orders`, asStore(stack, order))
  const { external_id, state } = (await expectStatus(taken, 201)) as { external_id: string; state: string }
  tell(`   POST /orders → ${taken.status} ${JSON.stringify({ external_id, state })}`)
  return external_id
}

/** Has SHOPLINE post the webhook of an order; returns the order's ID. */
async function buyAtShopline({ sandboxUrl }: Stack, productId: string, tell: Tell): Promise<string> {
  const bought = await call(
    `${sandboxUrl}/sandbox/shopline/orders`,
    posted({ product_id: productId, spelling: 'javascript-written' }),
  )
  const { id, answer } = (await expectStatus(bought, 200)) as {
    id: string
    answer: { status: number; body: string }
  }
  tell(`   POST /shopline/webhooks?sign=… → ${answer.status} ${answer.body}`)
  if (answer.status !== 200) throw new Trouble('The bridge did not take the webhook.')
  return id
}

async function arrivals({ sandboxUrl }: Stack, orderId: string): Promise<{ order: unknown }[]> {
  for (let look = 0; look < LOOKS; look++) {
    const arrived = await call(`${sandboxUrl}/sandbox/orders?external_id=${orderId}`)
    const { orders } = (await expectStatus(arrived, 200)) as { orders: { order: unknown }[] }
    if (orders.length > 0) return orders
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
  }
  return []
}

const anOrder = (external_id: string, productId: string) => ({
  external_id,
  external_order_number: `#${external_id}`,
  products: [{ external_id: productId, quantity: 1, price: 10_000 }],
})

const posted = (body: unknown): RequestInit => ({ method: 'POST', body: JSON.stringify(body) })

const asStore = ({ storeToken }: Stack, body?: unknown): RequestInit => ({
  headers: { authorization: `Bearer ${storeToken}`, 'content-type': 'application/json' },
  ...(body !== undefined && posted(body)),
})

const call = (url: string, init?: RequestInit) =>
  fetch(url, init).catch((cause) => {
    throw new Trouble(`Nothing answers at ${url}.`, { cause })
  })

async function expectStatus(response: Response, status: number): Promise<unknown> {
  const text = await response.text()
  if (response.status === status) return JSON.parse(text)
  throw new Trouble(`${response.url} answered ${response.status} instead of ${status}: ${text}`)
}

/** What to look at after the story: each `curl` line works as it is printed. */
export function nextSteps(
  { store, bridgeUrl, sandboxUrl, storeToken, consolePassword }: Stack,
  { productId, orderId }: Told,
): string {
  const authorization = `-H 'Authorization: Bearer ${storeToken}'`
  const next = `${orderId}-b`
  const body = JSON.stringify(anOrder(next, productId))
  const handedIn =
    store === 'custom'
      ? `curl ${authorization} -H 'Content-Type: application/json' -d '${body}' ${bridgeUrl}/orders`
      : `curl -d '${JSON.stringify({ order: { id: next } })}' ${sandboxUrl}/sandbox/shopline/orders`
  return `
In a browser, a shop with a sign designer, and the console that shows what becomes of its orders:
  ${bridgeUrl}/demo
  ${bridgeUrl}/console   user operator, password ${consolePassword}

Now try it yourself, from another terminal. The token is this machine's STORE_API_TOKEN, from .sandbox/env.

What became of the order, with every attempt:
  curl ${authorization} ${bridgeUrl}/orders/${orderId}

All orders, newest first; and all designs:
  curl ${authorization} ${bridgeUrl}/orders
  curl ${authorization} ${bridgeUrl}/products

Another design, signed by the sandbox and posted to the bridge:
  curl -X POST ${sandboxUrl}/sandbox/designs

Let Sign Customiser fail once, then hand in an order. It is queued, and relayed a few seconds later:
  curl -d '{"kind": "status", "status": 503}' ${sandboxUrl}/sandbox/faults
  ${handedIn}
  curl ${authorization} ${bridgeUrl}/orders/${next}

What Sign Customiser has received:
  curl ${sandboxUrl}/sandbox/orders

Running until you press Ctrl-C. What the bridge logs appears below.
`
}
