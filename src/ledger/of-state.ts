import type { State } from './delivery.ts'

/**
 * The SQL condition for a destination's deliveries in a state; it binds the two in this order.
 *
 * What is relayed is most of the table. For the few others the planner must be told of the index that holds only them.
 */
export const ofState = (state: State): string =>
  state === 'relayed'
    ? 'destination = ? AND state = ?'
    : `seq IN (SELECT seq FROM deliveries INDEXED BY deliveries_by_state
               WHERE destination = ? AND state = ? AND state <> 'relayed')`
