import { ORDERED_PRODUCTS, product, productBody } from './requests.ts'
import type { Server } from './server.ts'

/** Posts the products that orders are made of, and checks that the server gives each the ID that the orders quote. */
export async function makeKnown({ name, port }: Server): Promise<void> {
  for (const id of ORDERED_PRODUCTS) {
    const { path, headers, body, statuses } = product(id, productBody(1))
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers,
      body: new Uint8Array(body),
    })
    const text = await response.text()
    if (!statuses.includes(response.status) || JSON.parse(text).external_id !== `sc-${id}`)
      throw new Error(`${name} answered a product with ${response.status}: ${text}`)
  }
}
