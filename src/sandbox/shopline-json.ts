/** A number as it is to be written, such as `30.0`, which JavaScript would print as `30`. */
export class Literal {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type Value = string | number | boolean | null | Literal | Value[] | Members
export interface Members {
  [key: string]: Value
}

/** How JSON is written: keys as they come, in JavaScript's order or by code units; numbers by JavaScript or as written. */
export interface Writing {
  keys: 'as they come' | 'javascript' | 'code units'
  numbers: 'javascript' | 'written'
  /** Writes markup and slashes as `\u003c` and `\/`, as encoders of other languages do. */
  escapes: boolean
}

/** Writes JSON in one of the ways that SHOPLINE may. Shares no code with what verifies it, so that one can prove the other. */
export function write(value: Value, how: Writing): string {
  if (value instanceof Literal) return how.numbers === 'written' ? value.text : `${Number(value.text)}`
  if (typeof value === 'string') return how.escapes ? escaped(JSON.stringify(value)) : JSON.stringify(value)
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((member) => write(member, how)).join(',')}]`
  const members = keysOf(value, how).map((key) => `${write(key, how)}:${write(value[key] ?? null, how)}`)
  return `{${members.join(',')}}`
}

function keysOf(value: Members, { keys }: Writing): string[] {
  const list = Object.keys(value)
  if (keys === 'as they come') return list
  const byCodeUnit = list.sort((a, b) => (a < b ? -1 : 1))
  if (keys === 'code units') return byCodeUnit
  const isIndex = (key: string) => /^(0|[1-9]\d{0,8})$/.test(key)
  const indices = byCodeUnit.filter(isIndex).sort((a, b) => Number(a) - Number(b))
  return [...indices, ...byCodeUnit.filter((key) => !isIndex(key))]
}

const ESCAPES: Record<string, string> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', '/': '\\/' }
const escaped = (text: string) => text.replaceAll(/[<>&/]/g, (character) => ESCAPES[character] ?? character)
