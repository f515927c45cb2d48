import { isLoopback } from '../readers.ts'
import { Misuse, Trouble } from './command.ts'
import { oneLine, withoutSecrets } from './printable.ts'

const PATIENCE_MS = 20_000

export interface Answer {
  status: number
  headers: Headers
  text: string
  /** The body when it is JSON, else null; each text in it fits on a line. */
  json: unknown
  /** The same for machines, with its texts as they came. */
  exact: unknown
}

/**
 * The address of a bridge, or of one of its routes, without a slash at the end. Plain http is for this machine: on its way to any
 * other, a token could be read.
 */
export function bridgeUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol))
    throw new Misuse(`${text} is no address: give one such as https://bridge.example.workers.dev.`)
  if (url.protocol === 'http:' && !isLoopback(url))
    throw new Misuse(
      `${text} is plain http, by which secrets and orders can be read on their way: use https.`,
    )
  return text.replace(/\/+$/, '')
}

/**
 * Asks once. Throws `Trouble` when no answer comes; every answer is a value. What the request carried of secrets is taken out of it
 * before anything else, so that no part of one is left where the text is cut.
 */
export async function call(url: string, init: RequestInit = {}): Promise<Answer> {
  let response: Response
  try {
    response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS), ...init })
  } catch (error) {
    const { cause } = error as Error
    const why = cause instanceof Error ? cause.message : (error as Error).message
    throw new Trouble(`${new URL(url).origin} can not be reached: ${why}.`)
  }
  const text = withoutSecrets(await response.text(), carried(url, init))
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: jsonOf(text, oneLine),
    exact: jsonOf(text, (value) => value),
  }
}

/** The token of a request, and what stands in its address where a key may. */
function carried(url: string, { headers }: RequestInit): string[] {
  const token = new Headers(headers).get('authorization')?.replace(/^\S+\s+/, '') ?? ''
  return [token, ...(new URL(url).pathname.split('/hooks/')[1] ?? '').split('/')]
}

function jsonOf(text: string, textOf: (value: string) => string): unknown {
  try {
    return JSON.parse(text, (_, value: unknown) => {
      if (typeof value === 'string') return textOf(value)
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
      return Object.fromEntries(Object.entries(value).map(([key, member]) => [textOf(key), member]))
    })
  } catch {
    return null
  }
}

/** What an answer says, for people: the status, and of a problem what to fix. */
export function told({ status, text, json }: Answer): string {
  const { detail, errors } = (json ?? {}) as {
    detail?: string
    errors?: { pointer: string; detail: string }[]
  }
  if (detail === undefined) return `${status} ${oneLine(text).slice(0, 2000)}`.trim()
  const fields = (Array.isArray(errors) ? errors : []).map(
    ({ pointer, detail }) => `\n  ${pointer} ${detail}`,
  )
  return `${status} ${(json as { type?: string }).type ?? ''}: ${detail}${fields.join('')}`
}
