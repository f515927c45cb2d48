/** What a shopper waits at most for the bridge to learn of a design, and between two questions, in milliseconds. */
const PATIENCE = 10_000
const PAUSE = 1_000

/** Asks the bridge for a design's product ID until it has one; null when it has none in time. */
export async function lookUp(bridge: string, productId: string): Promise<string | null> {
  const until = Date.now() + PATIENCE
  for (let left = PATIENCE; left > 0; left = until - Date.now()) {
    const externalId = await ask(`${bridge}/storefront/products/${productId}`, left)
    if (externalId !== null) return externalId
    await new Promise((resume) => setTimeout(resume, PAUSE))
  }
  return null
}

/** One question. No answer and any answer but a hit are the same to a shopper: ask again. */
async function ask(url: string, patience: number): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(patience) })
    if (!response.ok) return null
    const { external_id }: { external_id?: unknown } = await response.json()
    return typeof external_id === 'string' ? external_id : null
  } catch {
    return null
  }
}
