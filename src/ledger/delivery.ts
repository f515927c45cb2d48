import { backOff } from './schedule.ts'

/** Where deliveries go; each has a gate and a way of sending of its own. */
export const DESTINATIONS = ['orders', 'events', 'alerts', 'shopline'] as const
export type Destination = (typeof DESTINATIONS)[number]

/**
 * `unconfirmed`: it was sent, the answer was lost. `rejected` and `failed` wait for an operator, `relayed` is final.
 */
export const STATES = ['queued', 'sending', 'unconfirmed', 'relayed', 'rejected', 'failed'] as const
export type State = (typeof STATES)[number]
export const isState = (text: string): text is State => STATES.some((state) => state === text)

/**
 * What became of one attempt; the other side's doing, so it is a value. `detail` holds its words, at most 2 KB, which may be
 * personal: they are stored with the order and never logged.
 */
export type Outcome =
  | { outcome: 'relayed'; status: number; remoteId: string | null }
  | { outcome: 'unconfirmed'; status: number | null; retryAfterMs: number | null; detail: string }
  | { outcome: 'passing'; status: number | null; retryAfterMs: number | null; detail: string }
  /** `alreadyThere`: the answer says no more than that it has this delivery. */
  | { outcome: 'rejected'; status: number; detail: string; alreadyThere: boolean }

/** How patient the relay is: the settings `RELAY_…` in whole milliseconds, as times are stored. */
export interface Policy {
  timeoutMs: number
  firstRetryMs: number
  confirmMs: number
}

/** The part of a delivery that an attempt changes. Times are milliseconds since 1970. */
export interface Progress {
  state: State
  /** An attempt may have reached the other side although its answer was lost. */
  may_have_landed: 0 | 1
  /** When it is due; null where nothing is planned. */
  next_attempt_at: number | null
  /** Not even a probe goes out before: the other side asked to wait, or a confirmation may still come. */
  not_before: number
  relayed_at: number | null
  remote_id: string | null
  last_error: string | null
}

/** Where an attempt leads. `attempt` counts from 1; `random` is from 0 to 1. */
export function afterAttempt(
  before: { attempts: number; may_have_landed: 0 | 1; give_up_at: number },
  outcome: Outcome,
  now: number,
  policy: Policy,
  random: number,
): Progress {
  const { may_have_landed } = before
  const settled = { may_have_landed, next_attempt_at: null, not_before: 0, relayed_at: null, remote_id: null }

  if (outcome.outcome === 'relayed')
    return { ...settled, state: 'relayed', relayed_at: now, remote_id: outcome.remoteId, last_error: null }

  if (outcome.outcome === 'rejected') {
    if (outcome.alreadyThere && may_have_landed === 1)
      return { ...settled, state: 'relayed', relayed_at: now, last_error: null }
    return { ...settled, state: 'rejected', last_error: outcome.detail }
  }

  const lost = outcome.outcome === 'unconfirmed'
  const landed = lost ? 1 : may_have_landed
  const last_error = outcome.detail
  if (now >= before.give_up_at) return { ...settled, state: 'failed', may_have_landed: landed, last_error }

  const asked = now + (outcome.retryAfterMs ?? 0)
  const not_before = lost ? Math.max(asked, now + policy.confirmMs) : asked
  return {
    ...settled,
    state: lost ? 'unconfirmed' : 'queued',
    may_have_landed: landed,
    next_attempt_at: Math.round(
      Math.max(not_before, now + backOff(before.attempts, policy.firstRetryMs, random)),
    ),
    not_before,
    last_error,
  }
}
