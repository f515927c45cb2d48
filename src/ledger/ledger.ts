import type { Design } from '../catalogue/design.ts'
import { confirm, type Proof } from './confirm.ts'
import { LedgerCore } from './core.ts'
import { type Counters, count, readCounters } from './counters.ts'
import { giveUpAt } from './deliverer.ts'
import { DESTINATIONS, type Destination } from './delivery.ts'
import {
  type DeliveryStory,
  type DeliveryView,
  FORWARDED,
  listDeliveries,
  readStory,
} from './delivery-views.ts'
import * as designs from './designs.ts'
import { type EventKey, type EventView, listEvents, type NewEvent, noteEvent, recordEvent } from './events.ts'
import { type Gate, readGate } from './gate.ts'
import type { NewOrder } from './new-order.ts'
import { tellOfDesign, tellOfOrder } from './news.ts'
import { type OrderFile, type OrderName, ordersWith, readOrderFile } from './order-file.ts'
import type { OrderReport, ReportResult } from './order-report.ts'
import { listOrders, type OrderStory, type OrderView, readOrder } from './order-views.ts'
import * as orders from './orders.ts'
import { forwardEvent } from './outbox.ts'
import type { Page } from './page.ts'
import { PUBLISH_AGAIN_MS } from './publishing.ts'
import { queueFetch } from './report-fetch.ts'
import { takeReport } from './reported-orders.ts'
import { type Retry, type Retryable, retry, retryAll } from './retry.ts'
import { claimProduct, type Making, outcomeOf, type ProductClaim, settleProduct } from './store-products.ts'

type NotRetried = Exclude<Retry['result'], 'retried'>

/** What became of an order that was handed in; `order` is its state by then. */
export type Submission =
  | { result: 'accepted' | 'seen'; order: OrderStory }
  | { result: 'conflict' }
  | { result: 'unknown-products'; lines: number[] }

/**
 * The record of a deployment: issued product IDs, orders, attempts. One object, named `ledger`, whose SQLite is written before
 * anything is answered or sent, and whose alarm drives what is still to be done.
 */
export abstract class LedgerObject extends LedgerCore {
  /** Records a design; its ID is issued once this has resolved. */
  async recordDesign(design: designs.NewDesign): Promise<designs.Recorded> {
    const publishAt = Date.now() + PUBLISH_AGAIN_MS
    const recorded = designs.record(this.sql, design, publishAt)
    if (recorded === 'changed') await this.clock.by(publishAt)
    if (recorded === 'new') await this.clock.by(tellOfDesign(this.env, this.sql, design, Date.now()))
    return recorded
  }

  /** Has the alarm put a design's newest version into KV. */
  async publishAgain(externalId: string): Promise<void> {
    const publishAt = Date.now() + PUBLISH_AGAIN_MS
    designs.markUnpublished(this.sql, externalId, publishAt)
    await this.clock.by(publishAt)
  }

  /** The text under which a design is published, or null. */
  async design(externalId: string): Promise<string | null> {
    return designs.readDesign(this.sql, externalId)
  }

  /** The ID that the design of a vendor's product ID was given; null when none has arrived. */
  async productIdOf(productId: string): Promise<string | null> {
    return designs.productIdOf(this.sql, productId)
  }

  async designs(query: { q: string | null; limit: number; before: number }): Promise<Page<Design>> {
    return designs.listDesigns(this.sql, query)
  }

  /**
   * Takes an order in and tries it at once if it can. Waits at most `patience` milliseconds for the answer: the attempt goes on
   * without whoever asked for it.
   */
  async submit(order: NewOrder, patience: number): Promise<Submission> {
    const now = Date.now()
    const accepted = orders.accept(this.sql, order, now, giveUpAt(this.env, now))
    if (accepted.result === 'conflict' || accepted.result === 'unknown-products') return accepted
    if (accepted.result === 'accepted') await this.relay.tryNow(accepted.delivery, patience)
    return { result: accepted.result, order: this.#story(order.external_id) }
  }

  async order(externalId: string): Promise<OrderStory | null> {
    return readOrder(this.sql, externalId)
  }

  /** The order with its content, for the console. */
  async orderFile(externalId: string): Promise<OrderFile | null> {
    return readOrderFile(this.sql, externalId)
  }

  /** The newest orders that each product is in, at most `most`. */
  async ordersWith(products: readonly string[], most: number): Promise<OrderName[][]> {
    return products.map((product) => ordersWith(this.sql, product, most))
  }

  /** How the gate of a destination stands. */
  async gate(destination: Destination): Promise<Gate> {
    return readGate(this.sql, destination)
  }

  async orders(query: Parameters<typeof listOrders>[1]): Promise<Page<OrderView>> {
    return listOrders(this.sql, query)
  }

  /** An operator's retry, which goes out even through a closed gate. */
  async retry(externalId: string, patience: number): Promise<OrderStory | NotRetried> {
    const now = Date.now()
    const retried = retry(this.sql, ['orders'], externalId, now, giveUpAt(this.env, now))
    if (retried.result !== 'retried') return retried.result
    await this.relay.tryNow(retried.delivery, patience, true)
    return this.#story(externalId)
  }

  async retryAll(state: Retryable): Promise<number> {
    const now = Date.now()
    const count = retryAll(this.sql, state, now, giveUpAt(this.env, now))
    if (count > 0) await this.clock.rearm()
    return count
  }

  /** Everything that is counted, for metrics and console. */
  async counters(): Promise<Counters> {
    return readCounters(this.sql, DESTINATIONS, Date.now())
  }

  /** Takes over what an isolate has counted of the requests it refused. */
  async countRefusals(refusals: Record<string, number>): Promise<void> {
    for (const [code, n] of Object.entries(refusals)) count(this.sql, 'refusals', code, n)
  }

  /** Records a verified event, settles what it proves and forwards it, once; answer for it when this has resolved. */
  async recordEvent(event: NewEvent, proof: Proof | null = null): Promise<'new' | 'repeat'> {
    const now = Date.now()
    const recorded = recordEvent(this.sql, event, now)
    const wakes = [
      recorded === 'new' ? forwardEvent(this.env, this.sql, event, now) : Number.POSITIVE_INFINITY,
      proof && confirm(this.sql, proof, now) === 'settled'
        ? tellOfOrder(this.env, this.sql, proof.external_id, 'relayed', now)
        : Number.POSITIVE_INFINITY,
    ]
    await this.clock.by(Math.min(...wakes))
    return recorded
  }

  /** As `retry`, for what is no order. */
  async retryDelivery(id: string, patience: number): Promise<DeliveryStory | NotRetried> {
    const now = Date.now()
    const retried = retry(this.sql, FORWARDED, id, now, giveUpAt(this.env, now))
    if (retried.result !== 'retried') return retried.result
    await this.relay.tryNow(retried.delivery, patience, true)
    return readStory(this.sql, retried.delivery.seq)
  }

  async deliveries(query: Parameters<typeof listDeliveries>[1]): Promise<Page<DeliveryView>> {
    return listDeliveries(this.sql, query)
  }

  /** Records a verified event that reports an order, and takes the order in: both are written when this has resolved. */
  async reportOrder(event: NewEvent, report: OrderReport): Promise<ReportResult> {
    const now = Date.now()
    if (recordEvent(this.sql, event, now) === 'new') forwardEvent(this.env, this.sql, event, now)
    const result = takeReport(this.env, this.sql, report, now)
    if (result === 'fetching') queueFetch(this.env, this.sql, { order_id: report.external_id, event }, now)
    noteEvent(this.sql, event, result)
    await this.clock.rearm()
    return result
  }

  /** Takes in an order that was fetched because an event pointed to it. */
  async reportFetched(event: EventKey, report: OrderReport): Promise<ReportResult> {
    const taken = takeReport(this.env, this.sql, report, Date.now())
    const result = taken === 'fetching' ? 'no-signs' : taken
    noteEvent(this.sql, event, result)
    await this.clock.rearm()
    return result
  }

  async events(query: Parameters<typeof listEvents>[1]): Promise<Page<EventView>> {
    return listEvents(this.sql, query)
  }

  /** Lets one at a time make a design's product in the store; what is claimed is to be settled. */
  async claimProduct(sku: string): Promise<ProductClaim> {
    return claimProduct(this.sql, sku, Date.now())
  }

  /** Ends the claim of one who began at `began`, in milliseconds since 1970. */
  async settleProduct(sku: string, making: Making, began: number): Promise<void> {
    settleProduct(this.env, this.sql, sku, making, Date.now())
    this.relay.observe('shopline', outcomeOf(making), began)
    await this.clock.rearm()
  }

  #story(externalId: string): OrderStory {
    const order = readOrder(this.sql, externalId)
    if (!order) throw new Error('an order that was just written is not there')
    return order
  }
}
