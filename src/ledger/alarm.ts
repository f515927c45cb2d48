/**
 * The object's one alarm, which is the ledger's clock. Whoever queues something says so with `by`; every question and every
 * attempt ends with `armed`, which sets the alarm if that needs an earlier one than there is.
 */
export class Alarm {
  readonly #storage: DurableObjectStorage
  /** What the platform has, as far as is known; null when there is none. */
  #set: number | null = null
  #wanted = Number.POSITIVE_INFINITY

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage
  }

  /** Reads what is set; also what notices an alarm that was lost. */
  async load(): Promise<void> {
    this.#set = await this.#storage.getAlarm()
  }

  /** A fired alarm is used up. */
  fired(): void {
    this.#set = null
  }

  /** Asks for the alarm at `at`, in milliseconds since 1970, or before; `Infinity` asks for nothing. */
  by(at: number): void {
    this.#wanted = Math.min(this.#wanted, at)
  }

  /**
   * Sees to it that the alarm goes off as early as anybody asked for. Called without an `await` after the writes it is for, it
   * joins their commit. Rejects when the platform can't set it; the next call then tries again.
   */
  async armed(): Promise<void> {
    const at = this.#wanted
    if (at === Number.POSITIVE_INFINITY) return
    this.#wanted = Number.POSITIVE_INFINITY
    if (this.#set !== null && this.#set <= at) return
    this.#set = at
    try {
      await this.#storage.setAlarm(at)
    } catch (error) {
      this.#set = null
      this.by(at)
      throw error
    }
  }
}
