import { html } from 'hono/html'
import type { Markup } from '../http/page.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A length of time in words, rounded to its largest unit: "4 min". `ms` is in milliseconds. */
export function duration(ms: number): string {
  if (ms < SECOND) return `${Math.round(ms)} ms`
  if (ms < 2 * MINUTE) return `${Math.round(ms / SECOND)} s`
  if (ms < 2 * HOUR) return `${Math.round(ms / MINUTE)} min`
  return ms < 2 * DAY ? `${Math.round(ms / HOUR)} h` : `${Math.round(ms / DAY)} days`
}

/** How far off a time is, in words: "in 4 min", "now" when it has come. Both are in milliseconds since 1970. */
export function until(time: number, now: number): string {
  const left = time - now
  return left <= SECOND ? 'now' : `in ${duration(left)}`
}

const FORMAT = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

/** A time in UTC to the second; a dash when there is none. */
export const moment = (time: string | null): Markup =>
  time === null
    ? html`–`
    : html`<time datetime="${time}">${FORMAT.format(new Date(time)).replace(',', '')}</time>`
