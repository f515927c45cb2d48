import type { Destination } from './delivery.ts'

/** A Worker has six connections at once; more would wait in line with the time-out already running. */
const SLOTS = 6
/** What all destinations but the orders' may hold of them together: a receiver that hangs must not keep orders waiting. */
const SLOTS_OF_OTHERS = 2

/**
 * The connections that the ledger's sends share. Taken at once by a caller who would rather queue than wait, or waited for by
 * the alarm's workers: orders first, then first come first served.
 */
export class Slots {
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
