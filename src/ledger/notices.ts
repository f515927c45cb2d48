import { designText } from '../catalogue/design.ts'
import type { Delivery } from './deliveries.ts'
import type { State } from './delivery.ts'
import type { NewDesign } from './designs.ts'
import { tellOfGate } from './gate-news.ts'
import { alert, isOn, queueEvent } from './outbox.ts'
import { readOrder } from './views.ts'

type End = Extract<State, 'relayed' | 'rejected' | 'failed'>

const isEnd = (state: State): state is End =>
  state === 'relayed' || state === 'rejected' || state === 'failed'

/**
 * Tells the store, and where it went wrong the operator, how an order ended, in the commit that ended it.
 *
 * Returns when the alarm must go off for it, `Infinity` when nobody is to be told.
 */
export function tellOfOrder(env: Env, sql: SqlStorage, external_id: string, state: End, now: number): number {
  const told = isOn(env, 'EVENTS_URL')
    ? queueEvent(env, sql, { type: `order.${state}`, data: JSON.stringify(readOrder(sql, external_id)) }, now)
    : Number.POSITIVE_INFINITY
  if (state === 'relayed') return told
  return Math.min(
    told,
    alert(env, sql, { kind: `order-${state}`, text: TEXTS[state](external_id), external_id }, now),
  )
}

const TEXTS = {
  rejected: (id: string) =>
    `Sign Customiser rejected order ${id}: it is not tried again until it was corrected.`,
  failed: (id: string) =>
    `Order ${id} could not be delivered and was given up: retry it once the cause is gone.`,
}

/** Tells who is concerned what a delivery has come to, wherever it went. As `tellOfOrder`. */
export function tellOfState(
  env: Env,
  sql: SqlStorage,
  { destination, external_id }: Pick<Delivery, 'destination' | 'external_id'>,
  state: State,
  now: number,
): number {
  if (destination === 'orders')
    return isEnd(state) ? tellOfOrder(env, sql, external_id, state, now) : Number.POSITIVE_INFINITY
  return state === 'failed' ? tellOfGate(env, sql, destination, 'given-up', now) : Number.POSITIVE_INFINITY
}

/** Tells the store of a new design; of one that the store itself imported it knows. As `tellOfOrder`. */
export function tellOfDesign(env: Env, sql: SqlStorage, { design, signed }: NewDesign, now: number): number {
  if (design.source === 'import' || !isOn(env, 'EVENTS_URL')) return Number.POSITIVE_INFINITY
  return queueEvent(env, sql, { type: 'product.created', data: designText(design, signed) }, now)
}
