import type { Counters } from '../ledger/counters.ts'
import type { Gate } from '../ledger/gate.ts'
import { duration, until } from './time.ts'

/** What `GET /ready` says of one thing; a `detail` holds no value. */
export interface Check {
  status: 'ok' | 'off' | 'failed'
  detail?: string
}
export type Checks = Record<string, Check>

/** An order that waits longer, in milliseconds, is worth a look: a passing failure is mostly over by then. */
const LONG_WAIT = 15 * 60_000

/** No gate waits longer for a probe, in milliseconds. */
const LONGEST_WAIT = 2 * 24 * 3_600_000

const CLOSED_BECAUSE: Record<NonNullable<Gate['reason']>, string> = {
  'asked-to-wait': 'Sign Customiser asked to wait',
  'token-refused': 'Sign Customiser refused SIGN_CUSTOMISER_API_TOKEN',
  failures: 'Sign Customiser does not answer as it should',
  gone: 'Sign Customiser says that this address is gone',
}

/** Something that is not as it should be. `act`: it stays so until somebody does something. */
export interface Worry {
  act: boolean
  words: string
}

/** What an operator should know or do, each in a sentence; none when all is well. */
export function worries(
  { orders, oldest_waiting }: Pick<Counters, 'orders' | 'oldest_waiting'>,
  gate: Gate,
  checks: Checks,
  now: number,
): Worry[] {
  const list: Worry[] = []
  const failed = Object.keys(checks).filter((name) => checks[name]?.status === 'failed')
  if (failed.length > 0) list.push({ act: true, words: `Not ready: ${failed.join(', ')}.` })
  if (orders.failed > 0)
    list.push({ act: true, words: `${many(orders.failed)} given up. Retry when the cause is gone.` })
  if (orders.rejected > 0)
    list.push({
      act: true,
      words: `${many(orders.rejected)} refused by Sign Customiser. Look at what it said.`,
    })
  if (gate.closed_until !== null && gate.reason !== null) {
    const act = gate.reason === 'token-refused' || gate.reason === 'gone'
    list.push({ act, words: `${CLOSED_BECAUSE[gate.reason]}. ${probe(gate.closed_until, now)}` })
  }
  if (oldest_waiting !== null && now - oldest_waiting > LONG_WAIT)
    list.push({
      act: false,
      words: `The oldest waiting order has waited for ${duration(now - oldest_waiting)}.`,
    })
  return list
}

/** When the next probe goes out through a closed gate; a gate to what is gone has none. */
export const probe = (closedUntil: number, now: number) =>
  closedUntil - now > LONGEST_WAIT
    ? 'Nothing is sent until somebody retries.'
    : `Only a probe is sent, the next one ${until(closedUntil, now)}.`

const many = (n: number) => (n === 1 ? '1 order was' : `${n.toLocaleString('en')} orders were`)
