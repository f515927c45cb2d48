import { NotSent } from '../http/exchange.ts'
import { log, logFault } from '../log.ts'
import { within } from '../within.ts'
import { Attempts, leaseEndOf, settleAttempt } from './attempts.ts'
import { type Channel, type Context, probeOutcome } from './channel.ts'
import { type Delivery, giveUp, isWaiting, mendTimes, readDelivery, underWay } from './deliveries.ts'
import {
  DESTINATIONS,
  type Destination,
  FORWARDED,
  GONE_WITH_ITS_INSTANCE,
  type Outcome,
} from './delivery.ts'
import { lets } from './gate.ts'
import { moveGate, openIfMoved, setAjar } from './gate-keeping.ts'
import { tellOfGate, tellOfGivenUp } from './notices.ts'
import { due, leastTried, readWakes } from './queue.ts'

/** How soon deliveries that lack a setting are looked at again, in milliseconds. */
const UNCONFIGURED_WAIT_MS = 5 * 60_000
/** How often orders are looked after while other work goes on, in milliseconds. */
const LOOK_AGAIN_MS = 1_000
/** What an alarm's run sends of orders, and of all else: six full rounds of six connections, below the free plan's 50 subrequests. */
const MOST_SENDS = 36
const LONGEST_RUN_MS = 60_000
const WORKERS = 6
/** So many deliveries are given up in one go, so that nobody waits for it. */
const MOST_GIVEN_UP = 500
/** What is due this soon needs no mending of its times, in milliseconds. */
const SOON_MS = 5 * 60_000

/** What an alarm's run may still send. */
interface Budget {
  sends: number
  endsAt: number
}

/** Decides which delivery is tried when. */
export class Relay {
  readonly #ctx: Context
  readonly #attempts: Attempts
  /** The destinations that a drain is at; one that a slow receiver holds up outlives the alarm's run that began it. */
  readonly #draining = new Set<Destination>()

  constructor(ctx: Context) {
    this.#ctx = ctx
    this.#attempts = new Attempts(ctx)
  }

  /** When the lease of an order's attempt that begins now would end, in milliseconds since 1970; null while none can begin. */
  leaseNow(): number | null {
    const channel = this.#ctx.channels.orders
    const canBegin = channel.isReady && this.#isLetThrough(channel) && this.#attempts.slots.hasFree('orders')
    return canBegin ? leaseEndOf(Date.now(), channel.policy) : null
  }

  /**
   * Tries a delivery in the commit of the caller's writes, if its destination can be sent to and a connection is free; else the alarm
   * does. Waits at most `patience` milliseconds for the answer: the attempt goes on without whoever asked for it. A probe goes out
   * even through a closed gate, and before its time.
   */
  async tryNow(delivery: Delivery, patience: number, isProbe = false): Promise<void> {
    const channel = this.#ctx.channels[delivery.destination]
    const { isReady, destination } = channel
    const isItsTime = delivery.not_before <= Date.now()
    const canBegin = isReady && (isProbe || (isItsTime && this.#isLetThrough(channel)))
    if (!canBegin || !this.#attempts.slots.tryTake(destination))
      return this.#ctx.alarm.by(Math.max(this.#earliest(channel), delivery.not_before))
    await within(patience, this.#attempts.make(delivery, channel).catch(reportAndRethrow))
  }

  /**
   * One alarm's work: sends what is due. Orders do not wait for others' slow receivers, whose sends outlive the run; nor can one
   * destination's fault keep another from its work.
   */
  async run(): Promise<void> {
    const endsAt = Date.now() + LONGEST_RUN_MS
    const ofOrders = { sends: MOST_SENDS, endsAt }
    const ofOthers = { sends: MOST_SENDS, endsAt }
    const others = Promise.all(FORWARDED.map((to) => reported(this.#drain(to, ofOthers))))
    await reported(this.#drain('orders', ofOrders))
    // No alarm goes off while this one is at work, so orders that fall due meanwhile are looked for.
    while ((await within(LOOK_AGAIN_MS, others)) === 'late') {
      if (!this.#isDue('orders')) continue
      if (ofOrders.sends <= 0 || Date.now() > endsAt) break
      await reported(this.#drain('orders', ofOrders))
    }
  }

  /**
   * Settles what an instance that is gone left `sending` as a lost answer, opens a gate that a change of settings opens, and mends the
   * times of what was changed while the clock was wrong.
   */
  recover(): void {
    this.#settleStranded()
    const now = Date.now()
    for (const destination of DESTINATIONS) {
      const channel = this.#ctx.channels[destination]
      openIfMoved(this.#ctx, channel)
      mendTimes(this.#ctx.sql, destination, now, SOON_MS)
      const { gate } = channel
      if (gate.closed_at !== null && gate.closed_until !== null && gate.closed_at > now)
        channel.gate = { ...gate, closed_at: now, closed_until: gate.closed_until - (gate.closed_at - now) }
      tellOfGate(this.#ctx, channel, now)
    }
  }

  /** Moves a destination's gate by what something other than a delivery, begun at `began`, met there. */
  observe(destination: Destination, outcome: Outcome, began: number): void {
    moveGate(this.#ctx, this.#ctx.channels[destination], outcome, null, began)
  }

  /** Tries a destination whose gate is closed at once, whenever its next probe is due. Waits at most `patience` milliseconds. */
  async probeNow(destination: Destination, patience: number): Promise<void> {
    const channel = this.#ctx.channels[destination]
    const { gate } = channel
    if (gate.closed_until === null) return
    channel.gate = { ...gate, closed_until: Date.now() }
    const work = this.#drain(destination, { sends: MOST_SENDS, endsAt: Date.now() + LONGEST_RUN_MS })
    await within(patience, work.catch(reportAndRethrow))
  }

  /** Asks for the alarm when the next thing is to be done. */
  rearm(): void {
    const now = Date.now()
    const wakes = readWakes(this.#ctx.sql)
    for (const [destination, { lease, due, free, end }] of wakes) {
      const channel = this.#ctx.channels[destination]
      const { gate, isReady } = channel
      const isFree = gate.closed_until === null && !gate.is_ajar
      const next =
        isFree || due === null
          ? due
          : gate.is_ajar
            ? this.#candidate(channel) === null
              ? due
              : now
            : Math.max(gate.closed_until ?? now, free ?? now)
      // A send that outlives its lease, or that an ajar gate waits for, must not have the alarm go off again and again.
      const soonest =
        this.#draining.has(destination) || !this.#isLetThrough(channel) ? now + LOOK_AGAIN_MS : now
      if (lease !== null) this.#ctx.alarm.by(Math.max(lease, now + LOOK_AGAIN_MS))
      if (next !== null) this.#ctx.alarm.by(isReady ? Math.max(next, soonest) : now + UNCONFIGURED_WAIT_MS)
      if (end !== null) this.#ctx.alarm.by(Math.max(end, now))
    }
  }

  async #drain(destination: Destination, budget: Budget): Promise<void> {
    const channel = this.#ctx.channels[destination]
    if (this.#draining.has(destination)) return
    this.#draining.add(destination)
    try {
      this.#settleStranded()
      this.#giveUpLate(channel)
      if (channel.isReady && (await this.#passGate(channel, budget))) await this.#sendDue(channel, budget)
    } finally {
      this.#draining.delete(destination)
    }
  }

  /** Says whether anything may be sent, after trying a closed gate whose time has come, and an ajar one. */
  async #passGate(channel: Channel, budget: Budget): Promise<boolean> {
    const { destination, sender } = channel
    const { closed_until } = channel.gate
    if (closed_until !== null && closed_until > Date.now()) return false
    if (closed_until !== null && sender.probe) await this.#probe(channel)
    const { gate } = channel
    if (gate.closed_until === null && !gate.is_ajar) return true
    if (gate.closed_until !== null && (sender.probe || gate.closed_until > Date.now())) return false
    const seq = budget.sends > 0 ? this.#candidate(channel) : null
    if (seq === null) return false
    await this.#attemptIfFit(
      channel,
      seq,
      budget,
      () => channel.gate === gate && this.#attempts.liveTo(destination) === 0,
    )
    return channel.gate.closed_until === null && !channel.gate.is_ajar
  }

  /** Sends what is due, the longest due first, by workers that each take the next one while the gate is open. */
  async #sendDue(channel: Channel, budget: Budget): Promise<void> {
    const list = due(this.#ctx.sql, channel.destination, Date.now(), budget.sends)
    const work = async () => {
      for (let seq = list.shift(); seq !== undefined; seq = list.shift()) {
        if (Date.now() > budget.endsAt) return
        await this.#attemptIfFit(channel, seq, budget, () => this.#isLetThrough(channel))
      }
    }
    await Promise.all(Array.from({ length: WORKERS }, work))
  }

  /**
   * Waits for a slot and uses it, or gives it back: meanwhile the gate may have closed, the budget run out, the delivery's time too, or
   * someone else have dealt with it.
   */
  async #attemptIfFit(channel: Channel, seq: number, budget: Budget, mayPass: () => boolean): Promise<void> {
    const { destination } = channel
    await this.#attempts.slots.take(destination)
    let isUsed = false
    try {
      const delivery = readDelivery(this.#ctx.sql, seq)
      const isFit = delivery && isWaiting(delivery) && delivery.give_up_at > Date.now()
      if (!isFit || !mayPass() || budget.sends <= 0) return
      budget.sends--
      isUsed = true
      await this.#attempts.make(delivery, channel)
    } finally {
      if (!isUsed) this.#attempts.slots.give(destination)
    }
  }

  /** Asks the other side something that changes nothing there. */
  async #probe(channel: Channel): Promise<void> {
    const { destination, policy, sender } = channel
    if (!sender.probe) return
    await this.#attempts.slots.take(destination)
    const began = Date.now()
    const timeout = new AbortController()
    const timer = setTimeout(() => timeout.abort(), policy.timeoutMs)
    // Whatever becomes of it, the next probe is not due before the back-off, so that an instance that dies meanwhile keeps to it.
    this.#ctx.alarm.by(leaseEndOf(began, policy))
    try {
      await this.#ctx.alarm.armed()
      const answer = await sender.probe(this.#ctx.env, timeout.signal)
      const outcome = probeOutcome(answer, Date.now())
      if (outcome === null) setAjar(this.#ctx, channel)
      else moveGate(this.#ctx, channel, outcome, null, began)
    } catch (fault) {
      logFault(fault, { destination, code: 'probe-failed' })
      if (!(fault instanceof NotSent)) throw fault
      const words = { status: null, retryAfterMs: null, detail: 'The bridge could not ask.' }
      moveGate(this.#ctx, channel, { outcome: 'passing', ...words }, null, began)
    } finally {
      clearTimeout(timer)
      this.#attempts.slots.give(destination)
    }
  }

  /** Gives up what has waited too long, and tells whom it concerns. */
  #giveUpLate(channel: Channel): void {
    const { destination } = channel
    const now = Date.now()
    const failed = giveUp(this.#ctx.sql, destination, now, MOST_GIVEN_UP)
    if (failed.length === 0) return
    log('error', { event: 'given-up', destination, state: 'failed', count: failed.length })
    tellOfGivenUp(this.#ctx, channel, failed, now)
  }

  #settleStranded(): void {
    for (const { began, ...delivery } of underWay(this.#ctx.sql)) {
      if (this.#attempts.isLive(delivery.seq)) continue
      const channel = this.#ctx.channels[delivery.destination]
      const outcome = channel.sender.knowsRepeats
        ? { ...GONE_WITH_ITS_INSTANCE, outcome: 'passing' as const }
        : GONE_WITH_ITS_INSTANCE
      settleAttempt(this.#ctx, channel, delivery, outcome, began)
    }
  }

  /** Says whether a drain would find something to send, at the cost of a look into an index. */
  #isDue(destination: Destination): boolean {
    const now = Date.now()
    const channel = this.#ctx.channels[destination]
    const { closed_until, is_ajar } = channel.gate
    if (is_ajar) return this.#isLetThrough(channel) && this.#candidate(channel) !== null
    if (closed_until === null) return due(this.#ctx.sql, destination, now, 1).length > 0
    return closed_until <= now && this.#candidate(channel) !== null
  }

  /** The delivery that shows whether a destination which has failed works again. Through an ajar gate each is tried once at first. */
  #candidate({ destination, gate }: Channel): number | null {
    const since = gate.is_ajar ? (gate.closed_at ?? undefined) : undefined
    return leastTried(this.#ctx.sql, destination, Date.now(), since)
  }

  /** The earliest that something which was just queued may be sent, in milliseconds since 1970. */
  #earliest({ gate, isReady }: Channel): number {
    const now = Date.now()
    if (!isReady) return now + UNCONFIGURED_WAIT_MS
    return Math.max(now, gate.closed_until ?? now)
  }

  #isLetThrough(channel: Channel): boolean {
    return lets(channel.gate, this.#attempts.liveTo(channel.destination))
  }
}

/** One destination's fault must not keep the others from their work. */
const reported = (work: Promise<unknown>) =>
  work.catch((fault: unknown) => logFault(fault, { code: 'alarm-failed' }))

/** Whoever waited may be gone by the time an attempt meets a fault. */
function reportAndRethrow(fault: unknown): never {
  logFault(fault, { code: 'attempt-failed' })
  throw fault
}
