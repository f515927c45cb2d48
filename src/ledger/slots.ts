/** A Worker has six connections at once; more would wait in line with the time-out already running. */
const SLOTS = 6

/**
 * The connections that the ledger's sends share. Taken at once by a caller who would rather queue than wait, or waited for by
 * the alarm's workers, first come first served.
 */
export class Slots {
  #free = SLOTS
  readonly #waiting: (() => void)[] = []

  tryTake(): boolean {
    if (this.#free === 0) return false
    this.#free--
    return true
  }

  async take(): Promise<void> {
    if (!this.tryTake()) await new Promise<void>((given) => this.#waiting.push(given))
  }

  give(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free++
  }
}
