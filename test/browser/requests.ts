import { inject } from 'vitest'

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

/** Has the sandbox make a design; returns the bridge's ID for it. */
export async function makeDesign(product: Record<string, unknown> = {}): Promise<string> {
  const response = await post(`${inject('sandbox')}/sandbox/designs`, { product })
  const { answer } = (await response.json()) as { answer: { body: { external_id: string } } }
  return answer.body.external_id
}

/** Hands an order in as the store's backend. */
export const placeOrder = (order: Record<string, unknown>) =>
  post(`${inject('bridge')}/orders`, order, { authorization: `Bearer ${inject('storeToken')}` })

/** Has Sign Customiser fail. */
export const orderFailure = (fault: Record<string, unknown>) =>
  post(`${inject('sandbox')}/sandbox/faults`, fault)

/** The orders that arrived at Sign Customiser under an external ID. */
export async function arrived(externalId: string): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${inject('sandbox')}/sandbox/orders?external_id=${externalId}`)
  const { orders } = (await response.json()) as { orders: { order: Record<string, unknown> }[] }
  return orders.map(({ order }) => order)
}
