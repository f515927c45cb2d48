import type { NewOrder } from './new-order.ts'

/** What a store's platform reports of an order, once or more often, in any sequence. */
export interface OrderReport {
  external_id: string
  /** `waiting`: not to be relayed yet; a later report may say otherwise. */
  standing: 'ready' | 'waiting' | 'cancelled'
  /** The order with all its lines, of which only signs are relayed; null when the report merely points to it. */
  order: NewOrder | null
  /** The IDs of orders that it was split from, combined out of, or split into: the same signs under another ID. */
  related: readonly string[]
  /** When the platform last changed the order, in milliseconds since 1970; null when it does not say. */
  updated_at: number | null
}

/**
 * What came of a report. `shared`: related orders have all of its signs. `fetching`: the order must be fetched first.
 * `changed`: the order is known, its new content stands in its history.
 */
export type ReportResult =
  | 'accepted'
  | 'seen'
  | 'changed'
  | 'no-signs'
  | 'waiting'
  | 'cancelled'
  | 'shared'
  | 'fetching'
