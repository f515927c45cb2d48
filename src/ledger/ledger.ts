import { DurableObject } from 'cloudflare:workers'
import type { Design } from '../catalogue/design.ts'
import { logFault } from '../log.ts'
import { readSettings } from '../settings.ts'
import { Alarm } from './alarm.ts'
import { type Counters, count, readCounters } from './counters.ts'
import type { Deliverers } from './deliverer.ts'
import type { Destination } from './delivery.ts'
import * as designs from './designs.ts'
import type { NewOrder } from './new-order.ts'
import { listOrders, type OrderStory, type OrderView, readOrder } from './order-views.ts'
import * as orders from './orders.ts'
import type { Page } from './page.ts'
import { within } from './patience.ts'
import { PUBLISH_AGAIN_MS, publishDue } from './publishing.ts'
import { Relay } from './relay.ts'
import { migrate } from './schema.ts'

const DESTINATIONS: readonly Destination[] = ['orders']

/** What became of an order that was handed in; `order` is its state by then. */
export type Submission =
  | { result: 'accepted' | 'seen'; order: OrderStory }
  | { result: 'conflict' }
  | { result: 'unknown-products'; lines: number[] }

/**
 * The record of a deployment: issued product IDs, orders, attempts. One object, named `ledger`, whose SQLite is written before
 * anything is answered or sent, and whose alarm drives what is still to be done.
 */
export abstract class LedgerObject extends DurableObject<Env> {
  /** How each destination is sent to. */
  abstract deliver: Deliverers

  readonly #sql: SqlStorage
  readonly #alarm: Alarm
  readonly #relay: Relay

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#sql = ctx.storage.sql
    this.#alarm = new Alarm(ctx.storage)
    this.#relay = new Relay(env, this.#sql, this.#alarm, (destination) => this.deliver[destination])
    ctx.blockConcurrencyWhile(async () => {
      migrate(ctx.storage)
      // Reading the alarm comes first and takes a turn, after which the subclass has said how to deliver.
      await this.sweep()
    })
  }

  /** Looks for what a dead instance left behind and arms an alarm that was lost; also the cron trigger's call. */
  async sweep(): Promise<void> {
    await this.#alarm.load()
    for (const destination of DESTINATIONS) this.#relay.recover(destination)
    await this.#rearm()
  }

  /** Never throws: after a few failures the platform would drop the alarm for good. */
  override async alarm(): Promise<void> {
    this.#alarm.fired()
    const jobs = [
      publishDue(this.#sql, this.env.CATALOGUE),
      ...DESTINATIONS.map((to) => this.#relay.drain(to)),
    ]
    for (const job of await Promise.allSettled(jobs))
      if (job.status === 'rejected') logFault(job.reason, { code: 'alarm-failed' })
    await this.#rearm()
  }

  /** Records a design; its ID is issued once this has resolved. */
  async recordDesign(design: designs.NewDesign): Promise<designs.Recorded> {
    const publishAt = Date.now() + PUBLISH_AGAIN_MS
    const recorded = designs.record(this.#sql, design, publishAt)
    if (recorded === 'changed') await this.#alarm.by(publishAt)
    return recorded
  }

  /** Has the alarm put a design's newest version into KV. */
  async publishAgain(externalId: string): Promise<void> {
    const publishAt = Date.now() + PUBLISH_AGAIN_MS
    designs.markUnpublished(this.#sql, externalId, publishAt)
    await this.#alarm.by(publishAt)
  }

  /** The text under which a design is published, or null. */
  async design(externalId: string): Promise<string | null> {
    return designs.readDesign(this.#sql, externalId)
  }

  /** The ID that the design of a vendor's product ID was given; null when none has arrived. */
  async productIdOf(productId: string): Promise<string | null> {
    return designs.productIdOf(this.#sql, productId)
  }

  async designs(query: { q: string | null; limit: number; before: number }): Promise<Page<Design>> {
    return designs.listDesigns(this.#sql, query)
  }

  /**
   * Takes an order in and tries it at once if it can. Waits at most `patience` milliseconds for the answer: the attempt goes on
   * without whoever asked for it.
   */
  async submit(order: NewOrder, patience: number): Promise<Submission> {
    const accepted = orders.accept(this.#sql, order, Date.now(), this.#giveUpAt())
    if (accepted.result === 'conflict' || accepted.result === 'unknown-products') return accepted
    if (accepted.result === 'accepted') await this.#attempt(accepted.delivery, patience)
    return { result: accepted.result, order: this.#story(order.external_id) }
  }

  async order(externalId: string): Promise<OrderStory | null> {
    return readOrder(this.#sql, externalId)
  }

  async orders(query: Parameters<typeof listOrders>[1]): Promise<Page<OrderView>> {
    return listOrders(this.#sql, query)
  }

  /** An operator's retry, which goes out even through a closed gate. */
  async retry(
    externalId: string,
    patience: number,
  ): Promise<OrderStory | Exclude<orders.Retry['result'], 'retried'>> {
    const retried = orders.retry(this.#sql, externalId, Date.now(), this.#giveUpAt())
    if (retried.result !== 'retried') return retried.result
    await this.#attempt(retried.delivery, patience, true)
    return this.#story(externalId)
  }

  async retryAll(state: orders.Retryable): Promise<number> {
    const count = orders.retryAll(this.#sql, state, Date.now(), this.#giveUpAt())
    if (count > 0) await this.#rearm()
    return count
  }

  /** Everything that is counted, for metrics and console. */
  async counters(): Promise<Counters> {
    return readCounters(this.#sql, DESTINATIONS, Date.now())
  }

  /** Takes over what an isolate has counted of the requests it refused. */
  async countRefusals(refusals: Record<string, number>): Promise<void> {
    for (const [code, n] of Object.entries(refusals)) count(this.#sql, 'refusals', code, n)
  }

  async #attempt(
    delivery: Parameters<Relay['attemptNow']>[0],
    patience: number,
    isProbe = false,
  ): Promise<void> {
    const attempt = this.#relay.attemptNow(delivery, isProbe)
    if (!attempt) return this.#alarm.by(this.#relay.earliest(delivery.destination))
    await within(patience, attempt.catch(reportAndRethrow))
  }

  /** Arms the alarm for the next thing to be done. */
  async #rearm(): Promise<void> {
    const wakes = [designs.nextPublishing(this.#sql), ...DESTINATIONS.map((to) => this.#relay.nextWake(to))]
    const next = Math.min(...wakes.map((wake) => wake ?? Number.POSITIVE_INFINITY))
    if (next !== Number.POSITIVE_INFINITY) await this.#alarm.by(next)
  }

  #giveUpAt(): number {
    const read = readSettings(this.env, ['RELAY_GIVE_UP_HOURS'])
    return Date.now() + (read.ok ? read.value.RELAY_GIVE_UP_HOURS : 72) * 3_600_000
  }

  #story(externalId: string): OrderStory {
    const order = readOrder(this.#sql, externalId)
    if (!order) throw new Error('an order that was just written is not there')
    return order
  }
}

/** Whoever waited may be gone by the time an attempt meets a fault. */
function reportAndRethrow(fault: unknown): never {
  logFault(fault, { code: 'attempt-failed' })
  throw fault
}
