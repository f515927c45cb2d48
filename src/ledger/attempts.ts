import { NotSent } from '../http/exchange.ts'
import { log, logFault } from '../log.ts'
import type { Alarm } from './alarm.ts'
import type { Deliverer } from './channel.ts'
import { addEntry, advance, type Delivery, lease, putBack } from './deliveries.ts'
import { afterAttempt, type Outcome, type Policy } from './delivery.ts'
import { moveGate } from './gate-keeping.ts'
import { tellOfState } from './notices.ts'
import { Slots } from './slots.ts'

/** How long after its time-out an attempt counts as lost with the instance that made it. */
const LEASE_MARGIN_MS = 30_000

/** When an attempt that begins at `now` counts as lost, both in milliseconds since 1970. */
export const leaseEndOf = (now: number, { timeoutMs }: Policy): number => now + timeoutMs + LEASE_MARGIN_MS

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

  /**
   * One attempt on a slot that was taken for it, at a delivery that waits or whose lease, begun now, is in the commit under way.
   * Nothing is awaited before the lease and its alarm are written.
   */
  async make(waiting: Delivery, deliverer: Deliverer, policy: Policy): Promise<void> {
    const began = Date.now()
    const leaseEnd = leaseEndOf(began, policy)
    this.#live.add(waiting.seq)
    try {
      const delivery = waiting.state === 'sending' ? waiting : lease(this.#sql, waiting, began, leaseEnd)
      await this.#alarm.by(leaseEnd)
      const outcome = await this.#send(delivery, deliverer, policy)
      await this.#alarm.by(this.#settle(delivery, deliverer, outcome, began, policy))
    } finally {
      this.#live.delete(waiting.seq)
      this.slots.give(waiting.destination)
    }
  }

  /** Sends within the time-out. A fault after something may have left is a lost answer; `not-sent` when nothing has. */
  async #send(delivery: Delivery, deliverer: Deliverer, policy: Policy): Promise<Outcome | 'not-sent'> {
    // Not AbortSignal.timeout: its timer outlives the send, and an object may hold only so many.
    const timeout = new AbortController()
    const timer = setTimeout(() => timeout.abort(), policy.timeoutMs)
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
  #settle(
    delivery: Delivery,
    deliverer: Deliverer,
    outcome: Outcome | 'not-sent',
    began: number,
    policy: Policy,
  ): number {
    const now = Date.now()
    if (outcome === 'not-sent') {
      const again = now + policy.firstRetryMs
      putBack(this.#sql, delivery, again, now)
      addEntry(this.#sql, delivery.seq, { at: began, outcome: 'fault', detail: 'The bridge could not send.' })
      return again
    }

    const { destination, external_id } = delivery
    const gateWake = moveGate(this.#env, this.#sql, destination, deliverer, outcome, began, policy)
    const progress = afterAttempt(delivery, outcome, now, policy, Math.random())
    const isOurs = advance(this.#sql, delivery.seq, progress, now)
    addEntry(this.#sql, delivery.seq, {
      at: began,
      outcome: outcome.outcome,
      status: outcome.status,
      duration_ms: now - began,
      detail: outcome.outcome === 'relayed' ? null : outcome.detail,
    })
    log(progress.state === 'relayed' ? 'log' : 'warn', {
      event: 'attempt',
      destination,
      external_id,
      attempt: delivery.attempts,
      outcome: outcome.outcome,
      status: outcome.status,
      state: progress.state,
      duration_ms: now - began,
    })
    const newsWake = isOurs
      ? tellOfState(this.#env, this.#sql, delivery, progress.state, now)
      : Number.POSITIVE_INFINITY
    return Math.min(gateWake, newsWake, progress.next_attempt_at ?? Number.POSITIVE_INFINITY)
  }
}
