import { logFault } from '../log.ts'
import { within } from '../within.ts'
import type { Alarm } from './alarm.ts'
import { DESTINATIONS } from './delivery.ts'
import { nextPublishing } from './designs.ts'
import { fullBudget } from './drain.ts'
import { publishDue } from './publishing.ts'
import type { Relay } from './relay.ts'

const OTHERS = DESTINATIONS.filter((destination) => destination !== 'orders')
/** How often orders are looked after while other work goes on, in milliseconds. */
const LOOK_AGAIN_MS = 1_000

/** Drives what is still to be done: what an alarm does, and when the next one must go off. */
export class Clock {
  readonly #env: Env
  readonly #sql: SqlStorage
  readonly #alarm: Alarm
  readonly #relay: Relay

  constructor(env: Env, sql: SqlStorage, alarm: Alarm, relay: Relay) {
    this.#env = env
    this.#sql = sql
    this.#alarm = alarm
    this.#relay = relay
  }

  /** Makes sure that the alarm goes off at `at` or before: see `Alarm`. */
  by(at: number): Promise<void> {
    return this.#alarm.by(at)
  }

  /** Looks for what a dead instance left behind and arms an alarm that was lost. */
  async sweep(): Promise<void> {
    await this.#alarm.load()
    for (const destination of DESTINATIONS) this.#relay.recover(destination)
    await this.rearm()
  }

  /** One alarm's work. Throws only when the next alarm can't be armed. */
  async run(): Promise<void> {
    this.#alarm.fired()
    const budget = fullBudget()
    const others = Promise.all([
      reported(publishDue(this.#sql, this.#env.CATALOGUE)),
      ...OTHERS.map((to) => reported(this.#relay.drain(to, budget))),
    ])
    // No alarm goes off while this one is at work: a slow receiver must not keep orders that fall due meanwhile.
    await reported(this.#relay.drain('orders', budget))
    while ((await within(LOOK_AGAIN_MS, others)) === 'late')
      if (this.#relay.isDue('orders')) await reported(this.#relay.drain('orders', budget))
    await this.rearm()
  }

  /** Arms the alarm for the next thing to be done. */
  async rearm(): Promise<void> {
    const wakes = [nextPublishing(this.#sql), ...DESTINATIONS.map((to) => this.#relay.nextWake(to))]
    await this.#alarm.by(Math.min(...wakes.map((wake) => wake ?? Number.POSITIVE_INFINITY)))
  }
}

/** One destination's fault must not keep the others from their work. */
const reported = (work: Promise<unknown>) =>
  work.catch((fault: unknown) => logFault(fault, { code: 'alarm-failed' }))
