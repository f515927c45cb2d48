import { DurableObject } from 'cloudflare:workers'
import { withdraw as takeOutOfKv } from '../catalogue/catalogue.ts'
import type { Design } from '../catalogue/design.ts'
import { logFault } from '../log.ts'
import { Alarm } from './alarm.ts'
import { Channel, type Channels, type Context, type Senders } from './channel.ts'
import { type Counters, count, countUp, readCounters } from './counters.ts'
import { type Actor, findDelivery, type NotRetried, retry, retryAll } from './deliveries.ts'
import { type BulkRetryable, DESTINATIONS, type Destination, type Forwarded } from './delivery.ts'
import * as designs from './designs.ts'
import {
  type EventKey,
  type EventView,
  erasePayloads,
  isKept,
  listEvents,
  type NewEvent,
  noteEvent,
  type Proof,
  recordEvent,
} from './events.ts'
import { fullness } from './fullness.ts'
import type { Gate } from './gate.ts'
import type { NewOrder } from './new-order.ts'
import { forgetUnreadable, tellOfDesign, tellOfFullness, tellOfGuesses, tellOfUnreadable } from './notices.ts'
import * as orders from './orders.ts'
import { forwardEvent } from './outbox.ts'
import type { Page } from './page.ts'
import { noteProgress, readProgress } from './progress.ts'
import { Relay } from './relay.ts'
import {
  type Fetch,
  type OrderReport,
  queueFetch,
  type ReportResult,
  takeGone,
  takeReport,
} from './reported-orders.ts'
import { erase } from './retention.ts'
import { migrate } from './schema.ts'
import { claimProduct, type Making, outcomeOf, type ProductClaim, settleProduct } from './store-products.ts'
import * as views from './views.ts'

/** What became of an order that was handed in; `order` is its state by then. */
export type Submission =
  | { result: 'accepted' | 'seen'; order: views.OrderWithHistory }
  | Exclude<orders.Acceptance, { result: 'accepted' | 'seen' }>

/**
 * The record of a deployment: issued product IDs, orders, attempts, events. One object, named `ledger`, whose SQLite is written
 * before anything is answered or sent, and whose alarm drives what is still to be done.
 *
 * Its methods are the questions that the Worker asks. What they take and give is plain data; each ends with the alarm set for what
 * it has queued.
 */
export abstract class LedgerObject extends DurableObject<Env> {
  /** How each destination is sent to. A getter, so that the constructor can ask. */
  abstract get deliver(): Senders

  readonly #ctx: Context
  readonly #relay: Relay
  readonly #publisher: designs.Publisher

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    const { storage } = state
    const { sql } = storage
    const channels = Object.fromEntries(
      DESTINATIONS.map((to) => [to, new Channel(to, this.deliver[to], env, sql)]),
    ) as unknown as Channels
    this.#ctx = { env, sql, alarm: new Alarm(storage), channels }
    this.#relay = new Relay(this.#ctx)
    this.#publisher = new designs.Publisher(this.#ctx)
    state.blockConcurrencyWhile(async () => {
      migrate(storage)
      await this.#lookAfter()
    })
  }

  // What drives it.

  /** Never throws: after a few failures the platform would drop the alarm for good. */
  override async alarm(): Promise<void> {
    this.#ctx.alarm.fired()
    try {
      const published = this.#publisher
        .run()
        .catch((fault: unknown) => logFault(fault, { code: 'alarm-failed' }))
      await this.#relay.run()
      await published
    } catch (fault) {
      logFault(fault, { code: 'alarm-failed' })
    }
    await this.#rearm()
  }

  /** The cron trigger's call: does what a new instance does, erases what was kept long enough, and notes that it ran. */
  async sweep(): Promise<void> {
    const { sql } = this.#ctx
    const now = Date.now()
    noteProgress(sql, 'swept', now)
    countUp(sql, now)
    erase(this.#ctx, now)
    tellOfFullness(this.#ctx, now)
    await this.#lookAfter()
  }

  /** Looks for what a dead instance left behind, and sets an alarm that was lost. */
  async #lookAfter(): Promise<void> {
    await this.#ctx.alarm.load()
    this.#relay.recover()
    await this.#rearm()
  }

  async #rearm(): Promise<void> {
    this.#relay.rearm()
    this.#publisher.rearm()
    await this.#ctx.alarm.armed()
  }

  /** When the cron trigger last called, in milliseconds since 1970 (null when it never has), and how full the ledger is, from 0 to 1. */
  async health(): Promise<{ swept: number | null; fullness: number }> {
    const { sql } = this.#ctx
    return { swept: readProgress(sql, 'swept'), fullness: fullness(sql) }
  }

  /** Everything that is counted, for metrics and console. */
  async counters(): Promise<Counters> {
    return readCounters(this.#ctx.sql, this.#ctx.channels, Date.now())
  }

  /** Takes over what an isolate has counted of the requests it refused. */
  async countRefusals(refusals: Record<string, number>): Promise<void> {
    for (const [code, n] of Object.entries(refusals)) count(this.#ctx.sql, 'refusals', code, n)
    const guesses = refusals['wrong-password'] ?? 0
    if (guesses === 0) return
    tellOfGuesses(this.#ctx, guesses, Date.now())
    await this.#ctx.alarm.armed()
  }

  /** How the gate of each destination stands. */
  async gates(): Promise<Record<Destination, Gate>> {
    const { orders, events, alerts, shopline } = this.#ctx.channels
    return { orders: orders.gate, events: events.gate, alerts: alerts.gate, shopline: shopline.gate }
  }

  /** Tries a destination whose gate is closed at once, and returns how the gate then stands. */
  async probe(destination: Destination, patience: number): Promise<Gate> {
    await this.#relay.probeNow(destination, patience)
    await this.#rearm()
    return this.#ctx.channels[destination].gate
  }

  // Designs.

  /** Records a design; its ID is issued once this has resolved. */
  async recordDesign(design: designs.NewDesign): Promise<designs.Recorded> {
    const recorded = designs.record(this.#ctx.sql, design)
    const { external_id, source } = design.design
    tellOfDesign(this.#ctx, external_id, source, recorded, Date.now())
    await this.#ctx.alarm.armed()
    return recorded
  }

  /** Keeps a signed body that KV may lack, and has the alarm put it there a minute later. */
  async holdDesign(externalId: string, digest: string, signed: Uint8Array<ArrayBuffer>): Promise<void> {
    designs.hold(this.#ctx, externalId, digest, signed, Date.now() + designs.PUBLISH_AGAIN_MS)
    await this.#ctx.alarm.armed()
  }

  /**
   * A design that KV does not show, in UTF-8: as it will be published where its body is held, else what the ledger has of it. Null when it
   * was never issued, or erased. The alarm sees to it that KV gets it.
   */
  async design(externalId: string): Promise<Uint8Array<ArrayBuffer> | null> {
    const { sql } = this.#ctx
    designs.heal(this.#ctx, externalId, Date.now())
    await this.#ctx.alarm.armed()
    const held = designs.heldDesign(sql, externalId)
    if (held !== null) return held
    const facts = designs.factsOf(sql, externalId)
    return facts === null ? null : (new TextEncoder().encode(facts) as Uint8Array<ArrayBuffer>)
  }

  /** The ID that the design of a vendor's product ID was given; null when none has arrived. */
  async productIdOf(productId: string): Promise<string | null> {
    return designs.productIdOf(this.#ctx.sql, productId)
  }

  async designs(query: { q: string | null; limit: number; before: number }): Promise<Page<Design>> {
    return designs.listDesigns(this.#ctx.sql, query)
  }

  /**
   * Erases a design's content at a customer's wish, in KV too: at once where KV takes it, and once more by the alarm. Says whether
   * there was any.
   */
  async eraseDesign(externalId: string): Promise<boolean> {
    const { sql, env } = this.#ctx
    const erased = designs.eraseDesign(this.#ctx, externalId, Date.now())
    if (erased === null) return false
    if (erased.product_id !== null) erasePayloads(sql, erased.product_id)
    await this.#ctx.alarm.armed()
    await takeOutOfKv(env.CATALOGUE, externalId).catch((fault: unknown) =>
      logFault(fault, { external_id: externalId, code: 'catalogue-put-failed' }),
    )
    return true
  }

  /** Lets one at a time make a design's product in the store; what is claimed is to be settled. */
  async claimProduct(sku: string): Promise<ProductClaim> {
    return claimProduct(this.#ctx, sku, Date.now())
  }

  /** Ends the claim of one who began at `began`, in milliseconds since 1970. */
  async settleProduct(sku: string, making: Making, began: number): Promise<void> {
    settleProduct(this.#ctx, sku, making, Date.now())
    this.#relay.observe('shopline', outcomeOf(making), began)
    await this.#rearm()
  }

  // Orders.

  /**
   * Takes an order in and tries it at once if it can. Waits at most `patience` milliseconds for the answer: the attempt goes on
   * without whoever asked for it.
   */
  async submit(order: NewOrder, patience: number): Promise<Submission> {
    const accepted = orders.accept(this.#ctx, order, Date.now(), this.#relay.leaseNow())
    if (accepted.result === 'conflict' || accepted.result === 'unknown-products') return accepted
    if (accepted.result === 'accepted') await this.#relay.tryNow(accepted.delivery, patience)
    await this.#ctx.alarm.armed()
    return { result: accepted.result, order: this.#order(order.external_id) }
  }

  async order(externalId: string): Promise<views.OrderWithHistory | null> {
    return views.readOrder(this.#ctx.sql, externalId)
  }

  /** The order with its content, for the console. */
  async orderFile(externalId: string): Promise<views.OrderFile | null> {
    return views.readOrderFile(this.#ctx.sql, this.#ctx.channels, externalId)
  }

  async orders(query: views.OrderQuery): Promise<Page<views.OrderView>> {
    return views.listOrders(this.#ctx.sql, query)
  }

  /** The newest orders that each product is in, at most `most`. */
  async ordersWith(products: readonly string[], most: number): Promise<views.OrderName[][]> {
    return products.map((product) => views.ordersWith(this.#ctx.sql, product, most))
  }

  /** An operator's retry, which goes out even through a closed gate, and even where the order may have arrived. */
  async retry(externalId: string, by: Actor, patience: number): Promise<views.OrderWithHistory | NotRetried> {
    const order = findDelivery(this.#ctx.sql, 'orders', externalId)
    const result = order ? await this.#retry(order.seq, 'orders', by, patience) : 'not-found'
    return result === 'retried' ? this.#order(externalId) : result
  }

  /** Queues all orders of a state anew; those that may have arrived keep their own time. Returns how many. */
  async retryAll(state: BulkRetryable, by: Actor): Promise<number> {
    const { sql, channels } = this.#ctx
    const now = Date.now()
    const retried = retryAll(sql, 'orders', state, by, now, channels.orders.giveUpAt(now))
    if (retried > 0) await this.#rearm()
    return retried
  }

  /** Withdraws an order: see `Withdrawal`. */
  async cancel(
    externalId: string,
    by: Actor,
  ): Promise<
    { result: Exclude<orders.Withdrawal, 'not-found'>; order: views.OrderWithHistory } | 'not-found'
  > {
    const result = orders.withdraw(this.#ctx, externalId, by, Date.now())
    await this.#ctx.alarm.armed()
    return result === 'not-found' ? result : { result, order: this.#order(externalId) }
  }

  /** Takes an operator's word for whether an order has arrived. */
  async settle(
    externalId: string,
    decision: orders.Decision,
    by: Actor,
  ): Promise<views.OrderWithHistory | 'not-settleable' | 'not-found'> {
    const result = orders.settleByHand(this.#ctx, externalId, decision, by, Date.now())
    await this.#ctx.alarm.armed()
    return result === 'settled' ? this.#order(externalId) : result
  }

  /** Erases an order's content at a customer's wish, unless it waits to be sent. */
  async eraseOrder(externalId: string): Promise<views.OrderWithHistory | 'waits' | 'not-found'> {
    const result = orders.eraseOrder(this.#ctx, externalId, Date.now())
    return result === 'erased' ? this.#order(externalId) : result
  }

  // Events, and what is forwarded.

  /** Records a verified event, settles what it proves and forwards it, once; answer for it when this has resolved. */
  async recordEvent(event: NewEvent, proof: Proof | null = null): Promise<'new' | 'repeat'> {
    const now = Date.now()
    const isOurs = proof !== null && orders.settleByProof(this.#ctx, proof, now) !== 'not-ours'
    // Another's order is none of ours to keep or to forward: it comes with its customer.
    const recorded = this.#note(event, isOurs ? null : proof, now)
    await this.#ctx.alarm.armed()
    return recorded
  }

  /** Records a verified event that reports an order, and takes the order in: both are written when this has resolved. */
  async reportOrder(event: NewEvent, report: OrderReport): Promise<ReportResult> {
    const now = Date.now()
    if (this.#note(event, null, now) === 'repeat') return 'seen'
    const result = takeReport(this.#ctx, report, now)
    if (result === 'fetching') queueFetch(this.#ctx, fetchFor(event, report.external_id), now)
    noteRead(this.#ctx.sql, event, result)
    await this.#ctx.alarm.armed()
    return result
  }

  /**
   * Records an event that nobody vouches for, and has the order fetched that it points to. A repeat does so too: it may be another
   * event that merely reads alike.
   */
  async reportHint(event: NewEvent, orderId: string): Promise<ReportResult> {
    const now = Date.now()
    this.#note(event, null, now)
    queueFetch(this.#ctx, fetchFor(event, orderId), now)
    noteRead(this.#ctx.sql, event, 'fetching')
    await this.#ctx.alarm.armed()
    return 'fetching'
  }

  /** Records an event that should be about an order, and in which none was found. */
  async reportUnreadable(event: NewEvent): Promise<'unreadable'> {
    const { sql } = this.#ctx
    const now = Date.now()
    if (this.#note(event, null, now) === 'new') {
      noteEvent(sql, event, 'unreadable')
      count(sql, 'unreadable', event.topic)
      tellOfUnreadable(this.#ctx, event.topic, now)
    }
    await this.#ctx.alarm.armed()
    return 'unreadable'
  }

  /** Takes in that an order is not there any more which an event had said was ended. */
  async reportGone(event: EventKey, orderId: string): Promise<ReportResult> {
    const result = takeGone(this.#ctx, orderId, Date.now())
    noteEvent(this.#ctx.sql, event, result)
    await this.#ctx.alarm.armed()
    return result
  }

  /** Takes in an order that was fetched because an event pointed to it. */
  async reportFetched(event: EventKey, report: OrderReport): Promise<ReportResult> {
    const taken = takeReport(this.#ctx, report, Date.now())
    const result = taken === 'fetching' ? 'no-signs' : taken
    noteEvent(this.#ctx.sql, event, result)
    await this.#ctx.alarm.armed()
    return result
  }

  async events(query: Parameters<typeof listEvents>[1]): Promise<Page<EventView>> {
    return listEvents(this.#ctx.sql, query)
  }

  async deliveries(query: Parameters<typeof views.listForwarded>[1]): Promise<Page<views.DeliveryView>> {
    return views.listForwarded(this.#ctx.sql, query)
  }

  /** As `retry`, for what is no order. */
  async retryDelivery(
    id: string,
    by: Actor,
    patience: number,
  ): Promise<views.DeliveryWithHistory | NotRetried> {
    const before = views.readForwarded(this.#ctx.sql, id)
    if (!before) return 'not-found'
    const result = await this.#retry(before.seq, before.destination as Forwarded, by, patience)
    if (result !== 'retried') return result
    const { seq: _, ...delivery } = views.readForwarded(this.#ctx.sql, id) ?? before
    return delivery
  }

  /** Writes an event down and forwards it, unless it comes again. With `proof` it is about an order that is not ours. */
  #note(event: NewEvent, proof: Proof | null, now: number): 'new' | 'repeat' {
    const { sql } = this.#ctx
    const seq = recordEvent(sql, event, proof, now)
    if (seq === null) return 'repeat'
    const { payload } = event
    if (proof === null && payload !== null)
      forwardEvent(this.#ctx, { ...event, payload }, isKept(sql, payload) ? seq : null, now)
    return 'new'
  }

  async #retry(
    seq: number,
    destination: Destination,
    by: Actor,
    patience: number,
  ): Promise<NotRetried | 'retried'> {
    const { sql, channels } = this.#ctx
    const now = Date.now()
    const retried = retry(sql, seq, by, now, channels[destination].giveUpAt(now))
    if (retried.result !== 'retried') return retried.result
    await this.#relay.tryNow(retried.delivery, patience, true)
    await this.#ctx.alarm.armed()
    return 'retried'
  }

  #order(externalId: string): views.OrderWithHistory {
    const order = views.readOrder(this.#ctx.sql, externalId)
    if (!order) throw new Error('an order that was just written is not there')
    return order
  }
}

const fetchFor = ({ topic, content_id, digest }: NewEvent, order_id: string): Fetch => ({
  order_id,
  topic,
  event: { content_id, digest },
})

/** Notes what came of an event whose order was found. */
function noteRead(sql: SqlStorage, event: NewEvent, result: ReportResult): void {
  noteEvent(sql, event, result)
  forgetUnreadable(sql, event.topic)
}
