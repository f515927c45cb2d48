import { html } from 'hono/html'
import type { Markup } from '../http/page.ts'

/** What a pressed button led to. The address carries only which; the words are ours. */
const NOTICES = {
  one: 'The order was tried again.',
  all: 'The orders are queued again and go out as soon as the gate lets them.',
  none: 'There was nothing to retry.',
  'not-retryable': 'The order is in no state to be retried.',
  erased: 'Its content was erased after RETENTION_DAYS, so there is nothing to send.',
} as const
export type Notice = keyof typeof NOTICES

export const noticeOf = (done: string | undefined): Markup =>
  isNotice(done) ? html`<p class="card done" role="status">${NOTICES[done]}</p>` : html``

const isNotice = (done: string | undefined): done is Notice =>
  done !== undefined && Object.hasOwn(NOTICES, done)
