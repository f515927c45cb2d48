import type { Destination, Policy } from '../delivery.ts'
import { readGate } from '../gate.ts'
import type { Attempts } from './attempts.ts'
import type { Deliverer } from './deliverer.ts'
import { isWaiting, readDelivery } from './deliveries.ts'
import { due, probe } from './queue.ts'

/** Full rounds of six connections, and fewer than the 50 subrequests of an invocation on the free plan. */
const MOST_SENDS_PER_RUN = 36
const LONGEST_RUN_MS = 60_000
const WORKERS = 6

/** What a destination's drain works with. */
interface Line {
  sql: SqlStorage
  attempts: Attempts
  destination: Destination
  deliverer: Deliverer
  policy: Policy
}

/**
 * Sends what is due, the longest due first, by workers that each take the next one: so many in one run, and none begun after a
 * minute. A closed gate whose time has come is tried with one delivery; nothing else goes out before it opens.
 */
export async function drain(line: Line): Promise<void> {
  const { sql, attempts, destination } = line
  const began = Date.now()
  if (!(await passGate(line))) return

  const list = due(sql, destination, Date.now(), MOST_SENDS_PER_RUN)
  const work = async () => {
    for (let seq = list.shift(); seq !== undefined; seq = list.shift()) {
      if (Date.now() - began > LONGEST_RUN_MS) return
      await attempts.slots.take(destination)
      await attemptIfWaiting(line, seq, isClosed(line))
    }
  }
  await Promise.all(Array.from({ length: WORKERS }, work))
}

const isClosed = ({ sql, destination }: Line) => readGate(sql, destination).closed_until !== null

/** Says whether the gate is open, after trying a closed one. */
async function passGate(line: Line): Promise<boolean> {
  const { sql, attempts, destination } = line
  const now = Date.now()
  const { closed_until } = readGate(sql, destination)
  if (closed_until === null) return true
  const seq = closed_until <= now ? probe(sql, destination, now) : null
  if (seq === null) return false
  await attempts.slots.take(destination)
  await attemptIfWaiting(line, seq, false)
  return !isClosed(line)
}

/** Uses a slot that was waited for: meanwhile the gate may have closed, or someone else dealt with the delivery. */
async function attemptIfWaiting(line: Line, seq: number, isGateClosed: boolean): Promise<void> {
  const { sql, attempts, destination, deliverer, policy } = line
  const delivery = readDelivery(sql, seq)
  if (delivery && isWaiting(delivery) && !isGateClosed) await attempts.make(delivery, deliverer, policy)
  else attempts.slots.give(destination)
}
