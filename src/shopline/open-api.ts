import { type Answer, exchange } from '../http/exchange.ts'
import type { Json } from '../http/json.ts'
import type { Settings } from '../settings.ts'

/** What every call of SHOPLINE's Open API needs. */
export const OPEN_API_SETTINGS = [
  'SHOPLINE_ACCESS_TOKEN',
  'SHOPLINE_API_URL',
  'SHOPLINE_MERCHANT_HANDLE',
] as const
export type OpenApiSettings = Settings<(typeof OPEN_API_SETTINGS)[number]>

/**
 * Calls the Open API once. `path` begins behind `/v1`; with a `body` it is a POST.
 *
 * The merchant's handle as User-Agent is mandatory: https://open-api.docs.shoplineapp.com/docs/openapi-request-example.
 */
export function callOpenApi(
  settings: OpenApiSettings,
  path: string,
  signal: AbortSignal,
  body?: Json,
): Promise<Answer> {
  const headers = {
    Authorization: `Bearer ${settings.SHOPLINE_ACCESS_TOKEN}`,
    'User-Agent': settings.SHOPLINE_MERCHANT_HANDLE,
    Accept: 'application/json',
  }
  const init =
    body === undefined
      ? { headers }
      : {
          method: 'POST',
          headers: { ...headers, 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        }
  return exchange(`${settings.SHOPLINE_API_URL}/v1${path}`, init, signal)
}

/** Statuses that condemn the moment rather than the request. */
export const isPassing = (status: number) =>
  status === 408 || status === 425 || status === 429 || status >= 500

/** An answer's JSON; undefined when it is none. */
export function jsonIn(answer: Answer): Json | undefined {
  try {
    return answer.arrived ? JSON.parse(answer.text ?? '') : undefined
  } catch {
    return undefined
  }
}
