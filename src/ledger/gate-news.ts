import type { Destination } from './delivery.ts'
import type { Gate } from './gate.ts'
import { type AlertKind, alert } from './outbox.ts'

/** What can be wrong with a destination, the graver the later. One outage is one alert, and another only if it gets graver. */
const TROUBLES = ['failures', 'token-refused', 'given-up', 'gone'] as const
type Trouble = (typeof TROUBLES)[number]

const NAMES: Record<Destination, string> = {
  orders: 'Sign Customiser',
  events: 'EVENTS_URL',
  alerts: 'ALERT_URL',
  shopline: 'SHOPLINE',
}

const ALERTS: Record<Trouble, [AlertKind, (name: string) => string]> = {
  failures: [
    'gate-closed',
    (name) => `${name} does not work: what is for it waits and is tried every few minutes.`,
  ],
  'token-refused': [
    'token-refused',
    (name) => `${name} refuses the bridge's token or signature: check the setting.`,
  ],
  'given-up': [
    'destination-given-up',
    (name) => `${name} has not worked for so long that deliveries are given up.`,
  ],
  gone: [
    'destination-given-up',
    (name) => `${name} answered 410 Gone: it gets nothing until the setting changes.`,
  ],
}

/**
 * Tells the operator of a destination's trouble, or with null that it works again, in the commit that notes it. A pause that was
 * asked for is no trouble; of trouble with alerts none is sent.
 *
 * Returns when the alarm must go off for it, `Infinity` when there is nothing to tell.
 */
export function tellOfGate(
  env: Env,
  sql: SqlStorage,
  destination: Destination,
  reason: Gate['reason'] | Trouble,
  now: number,
): number {
  if (destination === 'alerts' || reason === 'asked-to-wait') return Number.POSITIVE_INFINITY
  const told = toldOf(sql, destination)
  const name = NAMES[destination]
  if (reason === null) {
    if (told === null) return Number.POSITIVE_INFINITY
    note(sql, destination, null)
    return alert(env, sql, { kind: 'recovered', text: `${name} works again.`, destination }, now)
  }
  if (told !== null && TROUBLES.indexOf(told) >= TROUBLES.indexOf(reason)) return Number.POSITIVE_INFINITY
  note(sql, destination, reason)
  const [kind, text] = ALERTS[reason]
  return alert(env, sql, { kind, text: text(name), destination }, now)
}

const toldOf = (sql: SqlStorage, destination: Destination): Trouble | null =>
  sql
    .exec<{ alerted: Trouble | null }>('SELECT alerted FROM gates WHERE destination = ?', destination)
    .toArray()[0]?.alerted ?? null

/** A gate that is open remembers no trouble: the next is told anew. */
function note(sql: SqlStorage, destination: Destination, trouble: Trouble | null): void {
  sql.exec(
    'UPDATE gates SET alerted = iif(closed_until IS NULL, NULL, ?) WHERE destination = ?',
    trouble,
    destination,
  )
}
