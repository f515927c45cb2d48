import { html } from 'hono/html'
import type { Markup } from '../http/page.ts'
import { STATES, type State } from '../ledger/delivery.ts'

/** What each state means to who looks after the orders. */
const MEANINGS: Record<State, string> = {
  queued: 'waits for its next attempt',
  sending: 'is being sent',
  unconfirmed: 'was sent, the answer was lost',
  relayed: 'Sign Customiser has it',
  rejected: 'Sign Customiser refused it',
  failed: 'was given up',
}

export const isState = (text: string): text is State => STATES.some((state) => state === text)

export const badge = (state: State): Markup =>
  html`<span class="badge ${state}" title="${MEANINGS[state]}">${state}</span>`
