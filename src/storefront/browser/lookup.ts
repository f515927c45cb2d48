import { fetchWithin } from './within.ts'

/** What a shopper waits at most for the bridge to learn of a design, and between two questions, in milliseconds. */
const PATIENCE = 10_000
const PAUSE = 1_000

/** Asks the bridge for a design's product ID until it has one; null when it has none in time. */
export async function lookUp(bridge: string, productId: string): Promise<string | null> {
  const until = Date.now() + PATIENCE
  for (let left = PATIENCE; left > 0; left = until - Date.now()) {
    // No answer and any answer but a hit are the same to a shopper: ask again.
    const externalId = await fetchWithin(left, `${bridge}/storefront/products/${productId}`, idIn).catch(
      () => null,
    )
    if (externalId !== null) return externalId
    await new Promise((resume) => setTimeout(resume, PAUSE))
  }
  return null
}

async function idIn(response: Response): Promise<string | null> {
  if (!response.ok) return null
  const { external_id }: { external_id?: unknown } = await response.json()
  return typeof external_id === 'string' ? external_id : null
}
