import { giveUpAt } from './channel.ts'
import { type Counters, count, readCounters } from './counters.ts'
import { DESTINATIONS, type Destination } from './delivery.ts'
import { EventLedger } from './event-ledger.ts'
import { type Gate, readGate } from './gate.ts'
import type { NewOrder } from './new-order.ts'
import { type OrderFile, type OrderName, ordersWith, readOrderFile } from './order-file.ts'
import * as orders from './orders.ts'
import type { Page } from './page.ts'
import { type NotRetried, type Retryable, retry, retryAll } from './retry.ts'
import { listOrders, type OrderStory, type OrderView, readOrder } from './views.ts'

/** What became of an order that was handed in; `order` is its state by then. */
export type Submission =
  | { result: 'accepted' | 'seen'; order: OrderStory }
  | { result: 'conflict' }
  | { result: 'unknown-products'; lines: number[] }

/**
 * The record of a deployment: issued product IDs, orders, attempts. One object, named `ledger`, whose SQLite is written before
 * anything is answered or sent, and whose alarm drives what is still to be done.
 */
export abstract class LedgerObject extends EventLedger {
  /**
   * Takes an order in and tries it at once if it can. Waits at most `patience` milliseconds for the answer: the attempt goes on
   * without whoever asked for it.
   */
  async submit(order: NewOrder, patience: number): Promise<Submission> {
    const now = Date.now()
    const leaseEnd = this.relay.leaseNow('orders')
    const accepted = orders.accept(this.sql, order, now, giveUpAt(this.env, now), leaseEnd)
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

  #story(externalId: string): OrderStory {
    const order = readOrder(this.sql, externalId)
    if (!order) throw new Error('an order that was just written is not there')
    return order
  }
}
