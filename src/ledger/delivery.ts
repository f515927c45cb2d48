/** Where deliveries go. */
export const DESTINATIONS = ['orders', 'events', 'alerts', 'shopline'] as const
export type Destination = (typeof DESTINATIONS)[number]

/** Where deliveries go that are no orders. */
export const FORWARDED = DESTINATIONS.filter((destination) => destination !== 'orders')
export type Forwarded = (typeof FORWARDED)[number]
export const isForwarded = (text: string): text is Forwarded =>
  FORWARDED.some((destination) => destination === text)

/**
 * `unconfirmed`: it was sent, the answer was lost. `rejected`, `failed` and `cancelled` wait for an operator, `relayed` is final.
 */
export const STATES = [
  'queued',
  'sending',
  'unconfirmed',
  'relayed',
  'rejected',
  'failed',
  'cancelled',
] as const
export type State = (typeof STATES)[number]
export const isState = (text: string): text is State => STATES.some((state) => state === text)

/** The states that an operator's retry leads out of. */
export const RETRYABLE = ['failed', 'rejected', 'unconfirmed', 'cancelled'] as const
export type Retryable = (typeof RETRYABLE)[number]
export const isRetryable = (state: string): state is Retryable =>
  RETRYABLE.some((retryable) => retryable === state)

/** Of those, the states of which all orders can be retried at once. What was cancelled is retried one by one. */
export const BULK_RETRYABLE = ['failed', 'rejected', 'unconfirmed'] as const
export type BulkRetryable = (typeof BULK_RETRYABLE)[number]
export const isBulkRetryable = (state: string): state is BulkRetryable =>
  BULK_RETRYABLE.some((retryable) => retryable === state)

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

/** How patient the relay is: the settings `RELAY_…`, times in whole milliseconds, as they are stored. */
export interface Policy {
  timeoutMs: number
  firstRetryMs: number
  giveUpMs: number
  confirmMs: number
  /** How many sends of one delivery may lose their answer before an operator has to decide. */
  lostAnswers: number
}

/** The part of a delivery that an attempt changes. Times are milliseconds since 1970. */
export interface Progress {
  state: State
  /** How many of its sends lost their answer: while it is above 0 the delivery may have arrived. */
  lost: number
  /** When it is due; null where nothing is planned. */
  next_attempt_at: number | null
  /** Nothing but a retry by hand sends it earlier: the other side asked to wait, or a confirmation may still come. */
  not_before: number
  /** When it is given up if it is not relayed by then. */
  give_up_at: number
  relayed_at: number | null
  remote_id: string | null
  last_error: string | null
}

/**
 * Where an attempt leads. `attempts` counts this attempt, `lost` those before it; `random` is from 0 to 1.
 *
 * The last send that may lose its answer leaves the delivery unconfirmed for as long as a confirmation may take, and then failed.
 */
export function afterAttempt(
  before: { attempts: number; lost: number; give_up_at: number },
  outcome: Outcome,
  now: number,
  policy: Policy,
  random: number,
): Progress {
  const { give_up_at } = before
  const settled = {
    lost: before.lost,
    next_attempt_at: null,
    not_before: 0,
    give_up_at,
    relayed_at: null,
    remote_id: null,
  }

  if (outcome.outcome === 'relayed')
    return { ...settled, state: 'relayed', relayed_at: now, remote_id: outcome.remoteId, last_error: null }

  if (outcome.outcome === 'rejected') {
    if (outcome.alreadyThere && before.lost > 0)
      return { ...settled, state: 'relayed', relayed_at: now, last_error: null }
    return { ...settled, state: 'rejected', last_error: outcome.detail }
  }

  const isLost = outcome.outcome === 'unconfirmed'
  const lost = before.lost + (isLost ? 1 : 0)
  const last_error = outcome.detail
  const asked = outcome.retryAfterMs ?? 0
  const wait = backOff(before.attempts, policy.firstRetryMs, random)
  const again = Math.round(now + Math.max(asked, wait, isLost ? policy.confirmMs : 0))
  // What is in doubt keeps its time even when it fails: a retry of many must not send it any earlier.
  const not_before = lost > 0 ? again : now + asked
  const unsettled = { ...settled, lost, not_before, last_error }
  if (now >= give_up_at) return { ...unsettled, state: 'failed' }
  if (isLost && lost >= policy.lostAnswers) {
    const end = Math.min(now + policy.confirmMs, give_up_at)
    return { ...unsettled, state: 'unconfirmed', next_attempt_at: end, give_up_at: end }
  }
  return { ...unsettled, state: isLost ? 'unconfirmed' : 'queued', next_attempt_at: again }
}

/** The lost answer of an attempt whose instance is gone. */
export const GONE_WITH_ITS_INSTANCE = {
  outcome: 'unconfirmed' as const,
  status: null,
  retryAfterMs: null,
  detail: 'The bridge was restarted before the answer came.',
}

const SECOND = 1000
const HOUR = 3600 * SECOND

/** However often a delivery failed, it is tried at least this often, in milliseconds. */
const LONGEST_STEP = 6 * HOUR
/** A longer Retry-After is taken for a mistake: the other side is asked again after a day, in milliseconds. */
const LONGEST_RETRY_AFTER = 24 * HOUR

/** Milliseconds of step `n`, 1-based: the first step, doubling, never more than `longest`. */
export function step(n: number, firstMs: number, longest = LONGEST_STEP): number {
  return Math.min(firstMs * 2 ** (n - 1), longest)
}

/**
 * Milliseconds to wait before the next attempt after attempt `n`: 50 to 100 % of its step, so that orders that failed together
 * do not come back together. `random` is from 0 to 1.
 */
export function backOff(n: number, firstMs: number, random: number): number {
  return step(n, firstMs) * (0.5 + random / 2)
}

/**
 * Milliseconds that a Retry-After header asks to wait, at most a day; null when it asks for nothing that can be understood.
 * It is a number of seconds or a date (RFC 9110, 10.2.3); a date that has passed asks for no wait.
 */
export function retryAfter(header: string | null, now: number): number | null {
  const text = header?.trim() ?? ''
  const wait = /^\d+$/.test(text) ? Number(text) * SECOND : Date.parse(/GMT$/.test(text) ? text : '') - now
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), LONGEST_RETRY_AFTER)
}
