import { log } from '../log.ts'
import { readSettings } from '../settings.ts'
import type { Deliverer } from './channel.ts'
import type { Destination, Outcome, Policy } from './delivery.ts'
import { afterOutcome, type Gate, OPEN, readGate, writeGate } from './gate.ts'
import { tellOfGate } from './gate-news.ts'
import { wakeAll } from './queue.ts'

/**
 * Moves a destination's gate as an attempt, begun at `began`, demands, and tells the operator of a change.
 *
 * Returns when the alarm must go off for it, in milliseconds since 1970; `Infinity` when it need not.
 */
export function moveGate(
  env: Env,
  sql: SqlStorage,
  destination: Destination,
  deliverer: Deliverer,
  outcome: Outcome,
  began: number,
  policy: Policy,
): number {
  const now = Date.now()
  const before = readGate(sql, destination)
  const after = afterOutcome(before, outcome, began, now, policy)
  if (before.streak === after.streak && before.closed_until === after.closed_until)
    return Number.POSITIVE_INFINITY
  writeGate(sql, destination, after)
  if (after.reason === 'gone') noteAddress(sql, destination, addressOf(env, deliverer))
  if (before.closed_until === after.closed_until) return Number.POSITIVE_INFINITY
  logGate(destination, after)
  const told = tellOfGate(env, sql, destination, after.reason, now)
  if (after.closed_until !== null) return told
  wakeAll(sql, destination, now)
  return now
}

/** Opens the gate of an address that is gone once the setting holds another one. */
export function openIfMoved(env: Env, sql: SqlStorage, destination: Destination, deliverer: Deliverer): void {
  const [gone] = sql
    .exec<{ address: string | null }>(
      "SELECT address FROM gates WHERE destination = ? AND reason = 'gone'",
      destination,
    )
    .toArray()
  const address = addressOf(env, deliverer)
  if (!gone || address === null || gone.address === address) return
  writeGate(sql, destination, OPEN)
  noteAddress(sql, destination, null)
  logGate(destination, OPEN)
  tellOfGate(env, sql, destination, null, Date.now())
  wakeAll(sql, destination, Date.now())
}

function addressOf(env: Env, { address }: Deliverer): string | null {
  if (address === undefined) return null
  const read = readSettings(env, [address])
  return read.ok ? read.value[address] : null
}

function noteAddress(sql: SqlStorage, destination: Destination, address: string | null): void {
  sql.exec('UPDATE gates SET address = ? WHERE destination = ?', address, destination)
}

function logGate(destination: Destination, { reason, closed_until }: Gate): void {
  log('warn', {
    event: 'gate',
    destination,
    state: reason ?? 'open',
    closed_until: closed_until === null ? null : new Date(closed_until).toISOString(),
  })
}
