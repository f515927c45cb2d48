import { logFault } from '../log.ts'
import type { Alarm } from './alarm.ts'
import { DESTINATIONS } from './delivery.ts'
import { nextPublishing } from './designs.ts'
import { publishDue } from './publishing.ts'
import type { Relay } from './relay.ts'

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

  /** Looks for what a dead instance left behind and arms an alarm that was lost. */
  async sweep(): Promise<void> {
    await this.#alarm.load()
    for (const destination of DESTINATIONS) this.#relay.recover(destination)
    await this.rearm()
  }

  /** One alarm's work. Throws only when the next alarm can't be armed. */
  async run(): Promise<void> {
    this.#alarm.fired()
    const jobs = [
      publishDue(this.#sql, this.#env.CATALOGUE),
      ...DESTINATIONS.map((to) => this.#relay.drain(to)),
    ]
    for (const job of await Promise.allSettled(jobs))
      if (job.status === 'rejected') logFault(job.reason, { code: 'alarm-failed' })
    await this.rearm()
  }

  /** Arms the alarm for the next thing to be done. */
  async rearm(): Promise<void> {
    const wakes = [nextPublishing(this.#sql), ...DESTINATIONS.map((to) => this.#relay.nextWake(to))]
    await this.#alarm.by(Math.min(...wakes.map((wake) => wake ?? Number.POSITIVE_INFINITY)))
  }
}
