import { giveUpAt } from './channel.ts'
import { confirm, type Proof } from './confirm.ts'
import {
  type DeliveryStory,
  type DeliveryView,
  FORWARDED,
  listDeliveries,
  readStory,
} from './delivery-views.ts'
import { DesignLedger } from './design-ledger.ts'
import { type EventKey, type EventView, listEvents, type NewEvent, noteEvent, recordEvent } from './events.ts'
import { tellOfOrder } from './notices.ts'
import type { OrderReport, ReportResult } from './order-report.ts'
import { forwardEvent } from './outbox.ts'
import type { Page } from './page.ts'
import { queueFetch } from './report-fetch.ts'
import { takeReport } from './reported-orders.ts'
import { type NotRetried, retry } from './retry.ts'

/** What the ledger can be asked of events: those that come in, and what is forwarded. */
export abstract class EventLedger extends DesignLedger {
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
}
