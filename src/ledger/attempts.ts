import { NotSent } from '../http/exchange.ts'
import { log, logFault } from '../log.ts'
import type { Alarm } from './alarm.ts'
import type { Deliverer } from './deliverer.ts'
import { advance, closeEntry, type Delivery, lease, putBack, readDelivery } from './deliveries.ts'
import { afterAttempt, type Destination, type Outcome, type Policy } from './delivery.ts'
import { afterOutcome, type Gate, readGate, writeGate } from './gate.ts'
import { wakeAll } from './queue.ts'
import { Slots } from './slots.ts'

/** How long after its time-out an attempt counts as lost with the instance that made it. */
const LEASE_MARGIN_MS = 30_000

/** Carries out attempts: two commits each, one before anything leaves and one when the answer is known. */
export class Attempts {
  readonly slots = new Slots()
  readonly #env: Env
  readonly #sql: SqlStorage
  readonly #alarm: Alarm
  /** The sends that this very instance is at. */
  readonly #live = new Set<number>()

  constructor(env: Env, sql: SqlStorage, alarm: Alarm) {
    this.#env = env
    this.#sql = sql
    this.#alarm = alarm
  }

  isLive(seq: number): boolean {
    return this.#live.has(seq)
  }

  /** One attempt on a slot that was taken for it. Nothing is awaited before its lease and the lease's alarm are written. */
  async make(waiting: Delivery, deliverer: Deliverer, policy: Policy): Promise<void> {
    const began = Date.now()
    const leaseEnd = began + policy.timeoutSeconds * 1000 + LEASE_MARGIN_MS
    this.#live.add(waiting.seq)
    try {
      const delivery = lease(this.#sql, waiting, began, leaseEnd)
      await this.#alarm.by(leaseEnd)
      const outcome = await this.#send(delivery, deliverer, policy)
      await this.#alarm.by(this.#settle(delivery, outcome, began, policy))
    } finally {
      this.#live.delete(waiting.seq)
      this.slots.give()
    }
  }

  /** Sends within the time-out. A fault after something may have left is a lost answer; `not-sent` when nothing has. */
  async #send(delivery: Delivery, deliverer: Deliverer, policy: Policy): Promise<Outcome | 'not-sent'> {
    // Not AbortSignal.timeout: its timer outlives the send, and an object may hold only so many.
    const timeout = new AbortController()
    const timer = setTimeout(() => timeout.abort(), policy.timeoutSeconds * 1000)
    try {
      return await deliverer.send(this.#env, delivery, timeout.signal)
    } catch (fault) {
      logFault(fault, { destination: delivery.destination, external_id: delivery.external_id })
      if (fault instanceof NotSent) return 'not-sent'
      return {
        outcome: 'unconfirmed',
        status: null,
        retryAfterMs: null,
        detail: 'The bridge failed while sending.',
      }
    } finally {
      clearTimeout(timer)
    }
  }

  /**
   * Writes down outcome, gate and history, and returns when the alarm must go off for it. A delivery that its confirmation
   * settled meanwhile stays as it is.
   */
  #settle(delivery: Delivery, outcome: Outcome | 'not-sent', began: number, policy: Policy): number {
    const now = Date.now()
    const isOurs = readDelivery(this.#sql, delivery.seq)?.state === 'sending'
    if (outcome === 'not-sent') {
      const again = now + policy.firstRetrySeconds * 1000
      if (isOurs) putBack(this.#sql, delivery, again, now)
      return again
    }

    const opened = this.#moveGate(delivery.destination, outcome, began, policy)
    const progress = afterAttempt(delivery, outcome, now, policy, Math.random())
    if (isOurs) advance(this.#sql, delivery.seq, progress, now)
    closeEntry(this.#sql, delivery.seq, {
      outcome: outcome.outcome,
      status: outcome.status,
      duration_ms: now - began,
      detail: outcome.outcome === 'relayed' ? null : outcome.detail,
    })
    log(progress.state === 'relayed' ? 'log' : 'warn', {
      event: 'attempt',
      destination: delivery.destination,
      external_id: delivery.external_id,
      attempt: delivery.attempts,
      outcome: outcome.outcome,
      status: outcome.status,
      state: progress.state,
      duration_ms: now - began,
    })
    return opened ? now : (progress.next_attempt_at ?? Number.POSITIVE_INFINITY)
  }

  /** Says whether the outcome opened a closed gate. */
  #moveGate(destination: Destination, outcome: Outcome, began: number, policy: Policy): boolean {
    const now = Date.now()
    const before = readGate(this.#sql, destination)
    const after = afterOutcome(before, outcome, began, now, policy)
    if (before.streak === after.streak && before.closed_until === after.closed_until) return false
    writeGate(this.#sql, destination, after)
    if (before.closed_until !== after.closed_until) logGate(destination, after)
    const opened = before.closed_until !== null && after.closed_until === null
    if (opened) wakeAll(this.#sql, destination, now)
    return opened
  }
}

function logGate(destination: Destination, { reason, closed_until }: Gate): void {
  log('warn', {
    event: 'gate',
    destination,
    state: reason ?? 'open',
    closed_until: closed_until === null ? null : new Date(closed_until).toISOString(),
  })
}
