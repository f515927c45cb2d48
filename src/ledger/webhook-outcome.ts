import type { Answer } from '../http/exchange.ts'
import type { Outcome } from './delivery.ts'
import { retryAfter } from './schedule.ts'

/**
 * What an answer says of an event or an alert. A receiver knows a repeat by its ID, so nothing but a 2xx is final: a lost answer
 * is no more than a failure, and a refusal may be the receiver's own mistake of today.
 */
export function webhookOutcome(answer: Answer, now: number): Outcome {
  if (!answer.arrived) return { outcome: 'passing', status: null, retryAfterMs: null, detail: answer.words }
  const { status, words: detail } = answer
  if (status >= 200 && status < 300) return { outcome: 'relayed', status, remoteId: null }
  return { outcome: 'passing', status, retryAfterMs: retryAfter(answer.retryAfter, now), detail }
}
