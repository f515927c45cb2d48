/** A JSON object that came in, of which nothing is known yet. */
export type Input = Record<string, unknown>

export const isInput = (value: unknown): value is Input =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads a body as JSON: an empty one is `{}`, one that is no JSON is undefined. */
export async function readJson(request: Request): Promise<unknown> {
  const text = await request.text()
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    return undefined
  }
}
