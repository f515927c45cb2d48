import { stripVTControlCharacters } from 'node:util'
import { SECRETS } from '../settings.ts'
import { type Surroundings, secretsOf } from './command.ts'

/** Nothing shorter is a secret of ours, and a shorter one would be found in ordinary words. */
const SHORTEST = 8

/** Every control character but tab and line feed, and what turns the direction of reading or breaks a line of its own accord. */
const OBEYED = /[^\P{Cc}\t\n]|[\p{Bidi_Control}\u2028\u2029]/gu

/**
 * What may be shown of text that somebody else wrote, line feeds included: nothing that a terminal obeys instead of printing it, as
 * it would colour, overwrite or hide other lines, or write to the clipboard.
 */
export const printable = (text: string): string => stripVTControlCharacters(text).replaceAll(OBEYED, '')

/** JSON for machines, which stands for the same and yet holds none of that. */
export const printableJson = (value: unknown): string =>
  (JSON.stringify(value) ?? 'null').replaceAll(
    OBEYED,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** What may be shown on one line, so that it can't pass for a line of ours. */
export const oneLine = (text: string): string => printable(text.replaceAll(/\s+/g, ' ')).trim()

/** Takes secrets out of text, however they are written there. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const forms = secrets.filter(({ length }) => length >= SHORTEST).flatMap(formsOf)
  // The longest first, since one may be a part of another.
  return [...new Set(forms)]
    .sort((a, b) => b.length - a.length)
    .reduce((rest, form) => rest.replaceAll(form, '[secret]'), text)
}

/** A secret as it is, as in JSON, HTML and an address, and in Base64 wherever in a longer text it began. */
function formsOf(secret: string): string[] {
  const html = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
  const base64 = [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)])
    // The characters at both ends depend on what stands before and behind.
    const whole = Math.floor(bytes.length / 3) * 4
    return bytes.toString('base64').slice(before === 0 ? 0 : 4, whole)
  })
  return [secret, JSON.stringify(secret).slice(1, -1), html, encodeURIComponent(secret), ...base64]
}

/** The one way to the reader: without what a terminal obeys, and without any secret that is known here. */
export function telling(surroundings: Surroundings): (text: string) => void {
  const secrets = SECRETS.flatMap((name) => secretsOf(surroundings, name))
  return (text) => surroundings.tell(withoutSecrets(printable(text), secrets))
}
