import { Misuse, Trouble } from './command.ts'

const PATIENCE_MS = 20_000

export interface Answer {
  status: number
  headers: Headers
  text: string
  /** The body when it is JSON, else null. */
  json: unknown
}

/** The address of a bridge, or of one of its routes, without a slash at the end. */
export function bridgeUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new Misuse(`${text} is no address: give one such as https://bridge.example.workers.dev.`)
  return text.replace(/\/+$/, '')
}

/** Asks once. Throws `Trouble` when no answer comes; every answer is a value. */
export async function call(url: string, init: RequestInit = {}): Promise<Answer> {
  let response: Response
  try {
    response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS), ...init })
  } catch (error) {
    const { cause } = error as Error
    const why = cause instanceof Error ? cause.message : (error as Error).message
    throw new Trouble(`${new URL(url).origin} can not be reached: ${why}.`)
  }
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: jsonOf(text) }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
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
  if (detail === undefined) return `${status} ${text.slice(0, 2000)}`.trim()
  const fields = (errors ?? []).map(({ pointer, detail }) => `\n  ${pointer} ${detail}`)
  return `${status} ${(json as { type?: string }).type ?? ''}: ${detail}${fields.join('')}`
}
