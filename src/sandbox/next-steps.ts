import type { Stack } from './stack.ts'
import { anOrder, type Told } from './story.ts'

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
