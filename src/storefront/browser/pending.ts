import { isRecord, PRODUCT_ID } from './message.ts'

/**
 * The designs of this tab whose product ID has not come yet, by `product_id`: a shopper who leaves the page before it comes finds
 * the sign in the cart after the next load.
 */
const KEY = 'sign-customiser-bridge'

/** After so many milliseconds a sign in the cart would come as a surprise. */
const HOUR = 3_600_000

export const pending = (): string[] => Object.keys(read() ?? {})

/** Notes a design, and says whether it could. */
export function remember(productId: string): boolean {
  const noted = read()
  return noted !== null && write({ [productId]: Date.now(), ...noted })
}

/** Strikes a design out for whoever takes it to the cart; false when another page of this tab did. */
export function claim(productId: string): boolean {
  const { [productId]: at, ...rest } = read() ?? {}
  return at !== undefined && write(rest)
}

/** Null where a page may keep nothing: the browser's settings and a sandboxed frame can forbid it. */
function read(): Record<string, number> | null {
  let text: string | null
  try {
    text = sessionStorage.getItem(KEY)
  } catch {
    return null
  }
  const noted: Record<string, number> = {}
  for (const [productId, at] of Object.entries(parsed(text ?? '{}')))
    if (PRODUCT_ID.test(productId) && typeof at === 'number' && Date.now() - at < HOUR) noted[productId] = at
  return noted
}

/** Other scripts of the shop can write there, too. */
function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

function write(noted: Record<string, number>): boolean {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(noted))
    return true
  } catch {
    return false
  }
}
