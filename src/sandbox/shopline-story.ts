import type { Stack } from './stack.ts'
import { asStore, call, expectStatus, type Told } from './story.ts'
import { Trouble } from './trouble.ts'

/** The bridge relays after its answer to the webhook: how often one looks, and after how many milliseconds each time. */
const LOOKS = 50
const LOOK_AGAIN_MS = 200

/** As `tellStory`, for a SHOPLINE store: the design becomes a product there, whose order comes as a webhook. */
export async function tellShoplineStory(stack: Stack, tell: (line: string) => void): Promise<Told> {
  const { bridgeUrl, sandboxUrl } = stack

  tell('1. A shopper designs a sign. The bridge has SHOPLINE, played by the sandbox, make a product of it.')
  const design = await call(`${sandboxUrl}/sandbox/designs`, { method: 'POST' })
  const { answer } = (await expectStatus(design, 200)) as { answer: { status: number; body: unknown } }
  tell(`   POST /sign-customiser/products → ${answer.status} ${JSON.stringify(answer.body)}`)
  if (answer.status !== 200) throw new Trouble('The bridge did not take the design.')
  const productId = (answer.body as { external_id: string }).external_id

  tell('2. That is the ID of the product in SHOPLINE; the bridge knows the design by it.')
  const product = await call(`${bridgeUrl}/products/${productId}`, asStore(stack))
  const { title, price, product_id } = (await expectStatus(product, 200)) as Record<string, unknown>
  tell(`   GET /products/${productId} → ${product.status} ${JSON.stringify({ title, price, product_id })}`)

  tell('3. The shopper buys it, and SHOPLINE posts a signed webhook.')
  const bought = await call(`${sandboxUrl}/sandbox/shopline/orders`, {
    method: 'POST',
    body: JSON.stringify({ product_id: productId, spelling: 'javascript-written' }),
  })
  const { id: orderId, answer: taken } = (await expectStatus(bought, 200)) as {
    id: string
    answer: { status: number; body: string }
  }
  tell(`   POST /shopline/webhooks?sign=… → ${taken.status} ${taken.body}`)
  if (taken.status !== 200) throw new Trouble('The bridge did not take the webhook.')

  tell('4. It has reached Sign Customiser, once.')
  const [order, ...others] = await arrivals(sandboxUrl, orderId)
  if (!order || others.length > 0) throw new Trouble('The order did not arrive exactly once.')
  tell(`   POST /api/v2/orders ← ${JSON.stringify(order.order)}`)
  return { productId, orderId }
}

async function arrivals(sandboxUrl: string, orderId: string): Promise<{ order: unknown }[]> {
  for (let look = 0; look < LOOKS; look++) {
    const arrived = await call(`${sandboxUrl}/sandbox/orders?external_id=${orderId}`)
    const { orders } = (await expectStatus(arrived, 200)) as { orders: { order: unknown }[] }
    if (orders.length > 0) return orders
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
  }
  return []
}
