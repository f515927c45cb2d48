import { DurableObject } from 'cloudflare:workers'
import { Alarm } from './alarm.ts'
import type { Deliverers } from './channel.ts'
import { Clock } from './clock.ts'
import { noteSweep, readLastSweep } from './counters.ts'
import { Relay } from './relay.ts'
import { erase } from './retention.ts'
import { migrate } from './schema.ts'

/** What keeps the ledger going, whatever it is asked: its tables, its alarm, its relay. */
export abstract class LedgerCore extends DurableObject<Env> {
  /** How each destination is sent to. */
  abstract deliver: Deliverers

  protected readonly sql: SqlStorage
  readonly #alarm: Alarm
  protected readonly relay: Relay
  protected readonly clock: Clock

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.sql = ctx.storage.sql
    this.#alarm = new Alarm(ctx.storage)
    this.relay = new Relay(env, this.sql, this.#alarm, (destination) => this.deliver[destination])
    this.clock = new Clock(env, this.sql, this.#alarm, this.relay)
    ctx.blockConcurrencyWhile(async () => {
      migrate(ctx.storage)
      // Reading the alarm comes first and takes a turn, after which the subclass has said how to deliver.
      await this.clock.sweep()
    })
  }

  /** The cron trigger's call: does what a new instance does, erases what was kept long enough, and notes that it ran. */
  async sweep(): Promise<void> {
    noteSweep(this.sql, Date.now())
    await this.clock.sweep()
    await this.clock.by(erase(this.env, this.sql, Date.now()))
  }

  /** When the cron trigger last called, in milliseconds since 1970; null when it never has. */
  async lastSweep(): Promise<number | null> {
    return readLastSweep(this.sql)
  }

  /** Never throws: after a few failures the platform would drop the alarm for good. */
  override async alarm(): Promise<void> {
    await this.clock.run()
  }
}
