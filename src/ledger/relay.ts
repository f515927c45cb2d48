import { logFault } from '../log.ts'
import { within } from '../within.ts'
import type { Alarm } from './alarm.ts'
import { Attempts, leaseEndOf } from './attempts.ts'
import { type Deliverer, policyOf } from './channel.ts'
import type { Delivery } from './deliveries.ts'
import type { Destination, Outcome } from './delivery.ts'
import { type Budget, drain } from './drain.ts'
import { readGate } from './gate.ts'
import { moveGate, openIfMoved } from './gate-keeping.ts'
import { giveUpLate } from './giving-up.ts'
import { due, nextWake, probe, recoverStranded } from './queue.ts'

/** How soon deliveries that lack a setting are looked at again, in milliseconds. */
const UNCONFIGURED_WAIT_MS = 5 * 60_000

/** Decides which delivery is tried when, and says when the alarm should look again. */
export class Relay {
  readonly #env: Env
  readonly #sql: SqlStorage
  readonly #alarm: Alarm
  readonly #attempts: Attempts
  readonly #delivererOf: (destination: Destination) => Deliverer

  constructor(env: Env, sql: SqlStorage, alarm: Alarm, delivererOf: (destination: Destination) => Deliverer) {
    this.#env = env
    this.#sql = sql
    this.#alarm = alarm
    this.#attempts = new Attempts(env, sql, alarm)
    this.#delivererOf = delivererOf
  }

  /** When the lease of an attempt that begins now would end, in milliseconds since 1970; null while none can begin. */
  leaseNow(destination: Destination): number | null {
    const policy = policyOf(this.#env, this.#delivererOf(destination))
    const canBegin = policy && !this.#isClosed(destination) && this.#attempts.slots.hasFree(destination)
    return canBegin ? leaseEndOf(Date.now(), policy) : null
  }

  /**
   * Tries a delivery in the commit of the caller's writes, or has the alarm try it. Waits at most `patience` milliseconds for the
   * answer: the attempt goes on without whoever asked for it.
   */
  async tryNow(delivery: Delivery, patience: number, isProbe = false): Promise<void> {
    const attempt = this.#attemptNow(delivery, isProbe)
    if (!attempt) return this.#alarm.by(this.#earliest(delivery.destination))
    await within(patience, attempt.catch(reportAndRethrow))
  }

  /**
   * Begins an attempt in the commit of the caller's writes, if the destination can be sent to and a connection is free; else
   * null, and the delivery stays queued. A probe goes out even through a closed gate.
   */
  #attemptNow(delivery: Delivery, isProbe: boolean): Promise<void> | null {
    const deliverer = this.#delivererOf(delivery.destination)
    const policy = policyOf(this.#env, deliverer)
    if (!policy) return null
    if (!isProbe && this.#isClosed(delivery.destination)) return null
    return this.#attempts.slots.tryTake(delivery.destination)
      ? this.#attempts.make(delivery, deliverer, policy)
      : null
  }

  /** One alarm's work for a destination; `budget` is what all destinations together may send. */
  async drain(destination: Destination, budget: Budget): Promise<void> {
    this.recover(destination)
    giveUpLate(this.#env, this.#sql, destination, Date.now())
    const deliverer = this.#delivererOf(destination)
    const policy = policyOf(this.#env, deliverer)
    if (policy)
      await drain({ sql: this.#sql, attempts: this.#attempts, destination, deliverer, policy, budget })
  }

  /** Moves a destination's gate by what something other than a delivery, begun at `began`, met there. */
  observe(destination: Destination, outcome: Outcome, began: number): void {
    const deliverer = this.#delivererOf(destination)
    const policy = policyOf(this.#env, deliverer)
    if (policy) moveGate(this.#env, this.#sql, destination, deliverer, outcome, began, policy)
  }

  /** Says whether a drain would find something to send, at the cost of a look into an index. */
  isDue(destination: Destination): boolean {
    const now = Date.now()
    const { closed_until } = readGate(this.#sql, destination)
    return closed_until === null
      ? due(this.#sql, destination, now, 1).length > 0
      : closed_until <= now && probe(this.#sql, destination, now) !== null
  }

  /** Marks what an instance that is gone left `sending`, and opens a gate that a change of settings opens. */
  recover(destination: Destination): void {
    openIfMoved(this.#env, this.#sql, destination, this.#delivererOf(destination))
    const confirmMs = policyOf(this.#env, this.#delivererOf(destination))?.confirmMs ?? 0
    recoverStranded(this.#sql, destination, Date.now(), confirmMs, (seq) => this.#attempts.isLive(seq))
  }

  /** When the destination next needs the alarm, in milliseconds since 1970; null when nothing waits. */
  nextWake(destination: Destination): number | null {
    const now = Date.now()
    const wake = nextWake(this.#sql, destination, readGate(this.#sql, destination), now)
    const isConfigured = policyOf(this.#env, this.#delivererOf(destination)) !== null
    return wake === null || isConfigured ? wake : Math.max(wake, now + UNCONFIGURED_WAIT_MS)
  }

  /** The earliest that something which was just queued may be sent, in milliseconds since 1970. */
  #earliest(destination: Destination): number {
    const now = Date.now()
    if (!policyOf(this.#env, this.#delivererOf(destination))) return now + UNCONFIGURED_WAIT_MS
    return Math.max(now, readGate(this.#sql, destination).closed_until ?? now)
  }

  #isClosed(destination: Destination): boolean {
    return readGate(this.#sql, destination).closed_until !== null
  }
}

/** Whoever waited may be gone by the time an attempt meets a fault. */
function reportAndRethrow(fault: unknown): never {
  logFault(fault, { code: 'attempt-failed' })
  throw fault
}
