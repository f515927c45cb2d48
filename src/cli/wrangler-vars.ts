import { parse } from 'smol-toml'
import { Trouble } from './command.ts'

/** The vars of production in a `wrangler.toml`. */
export function varsOf(toml: string): Record<string, string> {
  const { vars = {} } = parse(toml) as { vars?: Record<string, unknown> }
  return Object.fromEntries(
    Object.entries(vars).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

/**
 * The same `wrangler.toml` with a production var filled in that was empty or missing, and nothing else touched. Throws `Trouble`
 * where it has another value.
 */
export function withVar(toml: string, name: string, value: string): string {
  const known = varsOf(toml)[name] ?? ''
  if (known === value) return toml
  if (known.trim() !== '')
    throw new Trouble(
      `wrangler.toml has ${name} = "${known}", but it has to be "${value}": correct one or the other.`,
    )
  const line = `${name} = "${value}"`
  const lines = toml.split('\n')
  const start = lines.findIndex((text) => /^\s*\[vars\]/.test(text))
  if (start === -1) return `${toml.trimEnd()}\n\n[vars]\n${line}\n`
  const next = lines.findIndex((text, n) => n > start && /^\s*\[/.test(text))
  const end = next === -1 ? lines.length : next
  const entry = new RegExp(`^(\\s*${name}\\s*=\\s*)("[^"]*"|'[^']*')`)
  const place = lines.findIndex((text, n) => n > start && n < end && entry.test(text))
  if (place === -1) lines.splice(start + 1, 0, line)
  else lines[place] = (lines[place] ?? '').replace(entry, `$1"${value}"`)
  return lines.join('\n')
}
