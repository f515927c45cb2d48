import { isObject, type Json, type JsonObject } from '../http/json.ts'

/** A text that says something, without blanks around it; undefined for anything else. SHOPLINE's fields may be absent or null. */
export function textOf(value: Json | undefined): string | undefined {
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  return text === '' ? undefined : text
}

export const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})

/** SHOPLINE's documented locales; Sign Customiser's people read English first. */
const LOCALES = ['en', 'zh-hant', 'zh-cn', 'ja', 'th', 'vi', 'ms', 'id', 'de', 'fr'] as const

/** One text of a map from locale to text. */
export function translated(translations: Json | undefined): string | undefined {
  const map = objectOf(translations)
  return [...LOCALES, ...Object.keys(map)].map((locale) => textOf(map[locale])).find(Boolean)
}

/** The object without what is undefined; undefined when nothing is left. */
export function filled(members: Record<string, Json | undefined>): JsonObject | undefined {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined)
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as JsonObject)
}
