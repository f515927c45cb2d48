import type { Attempts } from './attempts.ts'
import type { Deliverer } from './channel.ts'
import { isWaiting, readDelivery } from './deliveries.ts'
import type { Destination, Policy } from './delivery.ts'
import { readGate } from './gate.ts'
import { due, probe } from './queue.ts'

/**
 * What an alarm's run may still send. At first full rounds of six connections; with the run's puts into KV no more than the 50
 * subrequests of an invocation on the free plan.
 */
export interface Budget {
  sends: number
}
export const fullBudget = (): Budget => ({ sends: 36 })

const LONGEST_RUN_MS = 60_000
const WORKERS = 6

/** What a destination's drain works with. */
interface Line {
  sql: SqlStorage
  attempts: Attempts
  destination: Destination
  deliverer: Deliverer
  policy: Policy
  budget: Budget
}

/**
 * Sends what is due, the longest due first, by workers that each take the next one until the budget is used up or a minute has
 * passed. A closed gate whose time has come is tried with one delivery; nothing else goes out before it opens.
 */
export async function drain(line: Line): Promise<void> {
  const { sql, attempts, destination, budget } = line
  const began = Date.now()
  if (!(await passGate(line))) return

  const list = due(sql, destination, Date.now(), budget.sends)
  const work = async () => {
    for (let seq = list.shift(); seq !== undefined; seq = list.shift()) {
      if (Date.now() - began > LONGEST_RUN_MS) return
      await attempts.slots.take(destination)
      await attemptIfFit(line, seq, isClosed(line))
    }
  }
  await Promise.all(Array.from({ length: WORKERS }, work))
}

const isClosed = ({ sql, destination }: Line) => readGate(sql, destination).closed_until !== null

/** Says whether the gate is open, after trying a closed one. */
async function passGate(line: Line): Promise<boolean> {
  const { sql, attempts, destination, budget } = line
  const now = Date.now()
  const { closed_until } = readGate(sql, destination)
  if (closed_until === null) return true
  const seq = closed_until <= now && budget.sends > 0 ? probe(sql, destination, now) : null
  if (seq === null) return false
  await attempts.slots.take(destination)
  await attemptIfFit(line, seq, false)
  return !isClosed(line)
}

/**
 * Uses a slot that was waited for, or gives it back: meanwhile the gate may have closed, the budget run out, the delivery's time
 * too, or someone else have dealt with it.
 */
async function attemptIfFit(line: Line, seq: number, isGateClosed: boolean): Promise<void> {
  const { sql, attempts, destination, deliverer, policy, budget } = line
  const delivery = readDelivery(sql, seq)
  const isFit = delivery && isWaiting(delivery) && delivery.give_up_at > Date.now()
  if (!isFit || isGateClosed || budget.sends <= 0) return attempts.slots.give(destination)
  budget.sends--
  await attempts.make(delivery, deliverer, policy)
}
