import { html } from 'hono/html'
import type { Markup } from '../http/page.ts'
import type { State } from '../ledger/delivery.ts'

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

/** `Sun, 22 Nov 2026 04:05:06 GMT` is a fixed form; a first Intl.DateTimeFormat would cost each isolate 35 ms. */
const written = (time: string) => new Date(time).toUTCString()

/** A weekday and a time of day in UTC: "Sun 04:05". */
export const hourOf = (time: string) => `${written(time).slice(0, 3)} ${written(time).slice(17, 22)}`

/** A time in UTC to the second; a dash when there is none. */
export const moment = (time: string | null): Markup =>
  time === null
    ? html`–`
    : html`<time datetime="${time}">${written(time).slice(5, 25).replace(/^0/, '')}</time>`

/**
 * A price in words, from minor units: 2999 is $29.99, but ¥2,999 and KWD 2.999, since currencies differ in their decimals.
 *
 * A dash when there is no price.
 */
export function money(minor: number | null | undefined, currency: string): string {
  if (minor === null || minor === undefined || !Number.isSafeInteger(minor)) return '–'
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  const { maximumFractionDigits = 2 } = format.resolvedOptions()
  return format.format(minor / 10 ** maximumFractionDigits)
}

/** What each state means to who looks after the orders. */
const MEANINGS: Record<State, string> = {
  queued: 'waits for its next attempt',
  sending: 'is being sent',
  unconfirmed: 'was sent, the answer was lost',
  relayed: 'Sign Customiser has it',
  rejected: 'Sign Customiser refused it',
  failed: 'was given up',
  cancelled: 'was withdrawn',
}

/** What is said of an order that may have arrived without anybody knowing. */
export const doubt = (state: State): string =>
  state === 'relayed' ? 'may be there twice' : 'may have arrived'

export const badge = (state: State): Markup =>
  html`<span class="badge ${state}" title="${MEANINGS[state]}">${state}</span>`
