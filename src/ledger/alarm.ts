/**
 * The object's one alarm, which is the ledger's clock. What is armed is remembered, so that a commit which needs no earlier
 * alarm writes none; a new instance reads it back.
 */
export class Alarm {
  readonly #storage: DurableObjectStorage
  #at: number | null = null

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage
  }

  /** Reads what is armed; also what notices an alarm that was lost. */
  async load(): Promise<void> {
    this.#at = await this.#storage.getAlarm()
  }

  /** A fired alarm is used up. */
  fired(): void {
    this.#at = null
  }

  /**
   * Makes sure that the alarm goes off at `at`, in milliseconds since 1970, or before; `Infinity` is never. Called without an
   * `await` after the writes it is for, it joins their commit.
   */
  async by(at: number): Promise<void> {
    if (at === Number.POSITIVE_INFINITY) return
    if (this.#at !== null && this.#at <= at) return
    this.#at = at
    try {
      await this.#storage.setAlarm(at)
    } catch (error) {
      this.#at = null
      throw error
    }
  }
}
