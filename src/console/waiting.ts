import type { OrderFile } from '../ledger/order-file.ts'
import { duration, until } from './time.ts'

/** What an order is waiting for, in words; `lacking` are settings without which nothing is sent, `now` in milliseconds. */
export function waitingFor(
  { order, gate, give_up_at }: OrderFile,
  lacking: readonly string[],
  now: number,
): string {
  const last = order.history.findLast(({ outcome }) => outcome !== 'retried' && outcome !== 'replaced')
  const answer = last?.status ? `${last.status}: ` : ''
  switch (order.state) {
    case 'relayed':
      return order.sign_customiser_order_id === null
        ? 'Sign Customiser has it.'
        : `Sign Customiser has it as order ${order.sign_customiser_order_id}.`
    case 'sending':
      return 'It is being sent right now.'
    case 'rejected':
      return `${answer}Sign Customiser refused it. Correct it and send it again from the store, or try it again as it is.`
    case 'failed':
      return `${answer}It was given up after it could not be handed over in time. Nothing happens until you try it again.`
    case 'queued':
    case 'unconfirmed': {
      if (lacking.length > 0)
        return `The bridge lacks ${lacking.join(', ')}. Nothing is sent until that is set.`
      const next = Math.max(Date.parse(order.next_attempt_at ?? '') || now, gate.closed_until ?? 0)
      const time = until(next, now)
      const end = `It is tried for ${duration(Math.max(Date.parse(give_up_at) - now, 0))} more.`
      if (order.state === 'unconfirmed')
        return `${answer}The answer was lost, so it may have arrived. The bridge waits for Sign Customiser's order:created event and sends it again ${time} if none comes. ${end}`
      return `${reasonOf(answer, gate.reason, order.attempts)}, next try ${time}. ${end}`
    }
  }
}

function reasonOf(answer: string, gate: OrderFile['gate']['reason'], attempts: number): string {
  if (gate === 'token-refused') return '401: Sign Customiser refused SIGN_CUSTOMISER_API_TOKEN'
  if (gate === 'asked-to-wait' || answer === '429: ') return '429: Sign Customiser asked to wait'
  if (gate === 'failures') return `${answer}Sign Customiser does not answer as it should`
  return attempts === 0 ? 'It has not been sent yet' : `${answer}Sign Customiser could not take it`
}
