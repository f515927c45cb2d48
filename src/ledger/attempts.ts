import { NotSent } from '../http/exchange.ts'
import { log, logFault } from '../log.ts'
import type { Channel, Context } from './channel.ts'
import { cancel, type Delivery, lease, putBack, settle } from './deliveries.ts'
import { afterAttempt, type Destination, type Outcome, type Policy } from './delivery.ts'
import { earlierProofs } from './events.ts'
import { moveGate } from './gate-keeping.ts'
import { tellOfCancelled, tellOfResend, tellOfState } from './notices.ts'
import { settleByProof } from './orders.ts'
import { parcelOf } from './outbox.ts'

/** How long after its time-out an attempt counts as lost with the instance that made it, in milliseconds. */
const LEASE_MARGIN_MS = 2_000

/** When an attempt that begins at `now` counts as lost, both in milliseconds since 1970. */
export const leaseEndOf = (now: number, { timeoutMs }: Policy): number => now + timeoutMs + LEASE_MARGIN_MS

/** Carries out attempts: two commits each, one before anything leaves and one when the answer is known. */
export class Attempts {
  readonly slots = new Slots()
  readonly #ctx: Context
  /** The sends that this very instance is at, and where to. */
  readonly #live = new Map<number, Destination>()

  constructor(ctx: Context) {
    this.#ctx = ctx
  }

  isLive(seq: number): boolean {
    return this.#live.has(seq)
  }

  /** How many sends to a destination are under way. */
  liveTo(destination: Destination): number {
    let live = 0
    for (const to of this.#live.values()) if (to === destination) live++
    return live
  }

  /**
   * One attempt on a slot that was taken for it, which it gives back: at a delivery that waits, or at one whose lease, begun now, is
   * in the commit under way. Nothing is awaited before the lease and its alarm are written.
   */
  async make(waiting: Delivery, channel: Channel): Promise<void> {
    const ctx = this.#ctx
    const began = Date.now()
    const leaseEnd = leaseEndOf(began, channel.policy)
    this.#live.set(waiting.seq, waiting.destination)
    try {
      const delivery = waiting.state === 'sending' ? waiting : lease(ctx.sql, waiting.seq, began, leaseEnd)
      if (!delivery) return
      if (delivery.lost > 0) tellOfResend(ctx, delivery, began)
      ctx.alarm.by(leaseEnd)
      await ctx.alarm.armed().catch((fault: unknown) => {
        takeBack(ctx, channel, delivery, began)
        throw fault
      })
      const outcome = await this.#send(delivery, channel)
      if (outcome === 'not-sent') takeBack(ctx, channel, delivery, began)
      else settleAttempt(ctx, channel, delivery, outcome, began)
      await ctx.alarm.armed()
    } finally {
      this.#live.delete(waiting.seq)
      this.slots.give(waiting.destination)
    }
  }

  /** Sends within the time-out. A fault after something may have left is a lost answer; `not-sent` when nothing has. */
  async #send(delivery: Delivery, { sender, policy }: Channel): Promise<Outcome | 'not-sent'> {
    // Not AbortSignal.timeout: its timer outlives the send, and an object may hold only so many.
    const timeout = new AbortController()
    const timer = setTimeout(() => timeout.abort(), policy.timeoutMs)
    try {
      const parcel = await parcelOf(this.#ctx, delivery)
      if (parcel === null) {
        cancel(this.#ctx.sql, delivery.seq, 'erasure', Date.now())
        return 'not-sent'
      }
      return await sender.send(this.#ctx.env, parcel, timeout.signal)
    } catch (fault) {
      logFault(fault, { destination: delivery.destination, external_id: delivery.external_id })
      if (fault instanceof NotSent) return 'not-sent'
      const lost = { status: null, retryAfterMs: null, detail: 'The bridge failed while sending.' }
      return { outcome: sender.knowsRepeats ? 'passing' : 'unconfirmed', ...lost }
    } finally {
      clearTimeout(timer)
    }
  }
}

/** Takes back an attempt that never left, to be made again after the first step of the back-off. */
function takeBack({ sql, alarm }: Context, { policy }: Channel, { seq }: Delivery, began: number): void {
  const now = Date.now()
  const again = now + policy.firstRetryMs
  putBack(sql, seq, began, again, now)
  alarm.by(again)
}

/**
 * Writes down how an attempt, begun at `began`, has ended: the delivery's move, its history, what its gate learns of it, and what
 * others are told. An order whose answer was lost is relayed after all where an event has already shown it to have arrived.
 */
export function settleAttempt(
  ctx: Context,
  channel: Channel,
  delivery: Delivery,
  outcome: Outcome,
  began: number,
): void {
  const { sql, alarm } = ctx
  const { destination, external_id } = delivery
  const now = Date.now()
  const progress = afterAttempt(delivery, outcome, now, channel.policy, Math.random())
  const settled = settle(sql, delivery, { began, outcome }, progress, now)
  moveGate(ctx, channel, outcome, delivery.seq, began)
  log(progress.state === 'relayed' ? 'log' : 'warn', {
    event: 'attempt',
    destination,
    external_id,
    attempt: delivery.attempts,
    outcome: outcome.outcome,
    status: outcome.status,
    state: settled?.state ?? 'settled-before',
    duration_ms: now - began,
  })
  if (settled === null) return
  const proofs =
    destination === 'orders' && outcome.outcome === 'unconfirmed' ? earlierProofs(sql, delivery) : []
  if (proofs.some((proof) => settleByProof(ctx, proof, now) === 'settled')) return
  tellOfState(ctx, { ...delivery, lost: progress.lost }, settled.state, now)
  if (settled.is_cancelled === 1 && (settled.state === 'relayed' || progress.lost > delivery.lost))
    tellOfCancelled(ctx, delivery, settled.state === 'relayed', now)
  if (progress.next_attempt_at !== null) alarm.by(progress.next_attempt_at)
}

/** A Worker has six connections at once; more would wait in line with the time-out already running. */
const SLOTS = 6
/** What all destinations but the orders' may hold of them together: a receiver that hangs must not keep orders waiting. */
const SLOTS_OF_OTHERS = 2

/**
 * The connections that the ledger's sends share. Taken at once by a caller who would rather queue than wait, or waited for by
 * the alarm's workers: orders first, then first come first served.
 */
class Slots {
  #free = SLOTS
  #othersMayTake = SLOTS_OF_OTHERS
  readonly #orders: (() => void)[] = []
  readonly #others: (() => void)[] = []

  hasFree(destination: Destination): boolean {
    return this.#free > 0 && (destination === 'orders' || this.#othersMayTake > 0)
  }

  tryTake(destination: Destination): boolean {
    if (!this.hasFree(destination)) return false
    this.#free--
    if (destination !== 'orders') this.#othersMayTake--
    return true
  }

  async take(destination: Destination): Promise<void> {
    if (this.tryTake(destination)) return
    const queue = destination === 'orders' ? this.#orders : this.#others
    await new Promise<void>((given) => queue.push(given))
  }

  /** Gives back a slot that `destination` had, and hands out what is free. */
  give(destination: Destination): void {
    this.#free++
    if (destination !== 'orders') this.#othersMayTake++
    if (this.#orders.length > 0 && this.tryTake('orders')) this.#orders.shift()?.()
    else if (this.#others.length > 0 && this.tryTake('events')) this.#others.shift()?.()
  }
}
