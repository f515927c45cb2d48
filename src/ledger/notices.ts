import type { Channel, Context } from './channel.ts'
import { count, countGuesses } from './counters.ts'
import type { Delivery, GivenUp } from './deliveries.ts'
import type { Destination, State } from './delivery.ts'
import type { Recorded } from './designs.ts'
import { fullness, WORTH_TELLING } from './fullness.ts'
import { isOpen, noteTold, readTold, TROUBLES, type Trouble } from './gate.ts'
import { clearMark, setMark } from './marks.ts'
import { type AlertKind, alert, isOn, queueDesign, queueEvent } from './outbox.ts'
import { readOrder, wordless } from './views.ts'

/** One outage, however often it flaps, is one alert and one recovery in this time, in milliseconds. */
const QUIET_MS = 3_600_000

type Ended = Pick<Delivery, 'seq' | 'destination' | 'external_id' | 'number' | 'lost'>

/** Tells who is concerned what a delivery has come to, wherever it went, in the commit that brought it there. */
export function tellOfState(ctx: Context, delivery: Ended, state: State, now: number): void {
  if (delivery.destination !== 'orders') {
    if (state === 'failed') tellOfTrouble(ctx, delivery.destination, 'given-up', now)
    return
  }
  tellStore(ctx, delivery.external_id, state, now)
  if (state === 'rejected' || state === 'failed') alertOfOrder(ctx, delivery, state, now)
}

function alertOfOrder(ctx: Context, order: Ended, state: 'rejected' | 'failed', now: number): void {
  const { external_id, number } = order
  const named = nameOf(order)
  const text =
    state === 'rejected'
      ? `Sign Customiser rejected order ${named}: it is not tried again until it was corrected.`
      : `Order ${named} could not be delivered and was given up: retry it once the cause is gone.${order.lost > 0 ? MAY_HAVE_ARRIVED : ''}`
  alert(ctx, { kind: `order-${state}`, text, external_id, external_order_number: number }, now)
}

const MAY_HAVE_ARRIVED = ' It may have arrived, since an answer was lost: look at Sign Customiser first.'

/** The number that people see, with the ID where that is another. */
export const nameOf = ({ external_id, number }: Pick<Delivery, 'external_id' | 'number'>) =>
  number === null || number === external_id ? external_id : `${number} (${external_id})`

/** Forwards how an order ended, as it is seen by the store but without anybody's words. */
function tellStore(ctx: Context, externalId: string, state: State, now: number): void {
  if (!(state === 'relayed' || state === 'rejected' || state === 'failed') || !isOn(ctx.env, 'EVENTS_URL'))
    return
  const order = readOrder(ctx.sql, externalId)
  if (order) queueEvent(ctx, { type: `order.${state}`, data: JSON.stringify(wordless(order)) }, now)
}

/** Tells of deliveries that were given up: the store of each order, the operator of all at once. */
export function tellOfGivenUp(
  ctx: Context,
  { destination }: Channel,
  failed: readonly GivenUp[],
  now: number,
): void {
  const [first, ...others] = failed
  if (!first) return
  if (destination !== 'orders') {
    tellOfTrouble(ctx, destination, 'given-up', now)
    return
  }
  for (const { external_id } of failed) tellStore(ctx, external_id, 'failed', now)
  if (others.length === 0) {
    alertOfOrder(ctx, { ...first, destination }, 'failed', now)
    return
  }
  const doubtful = failed.filter(({ lost }) => lost > 0).length
  const words =
    doubtful === 0
      ? ''
      : ` ${doubtful} of them may have arrived, since an answer was lost: look at Sign Customiser first.`
  const text = `${failed.length} orders could not be delivered and were given up: retry them once the cause is gone.${words}`
  alert(ctx, { kind: 'order-failed', text, count: failed.length }, now)
}

/** Tells that an order is sent again although it may have arrived, and counts it. */
export function tellOfResend(ctx: Context, order: Delivery, now: number): void {
  if (order.destination !== 'orders') return
  const { external_id, number } = order
  count(ctx.sql, 'sent again', 'orders')
  const text = `Order ${nameOf(order)} is sent again although it may have arrived: its answer was lost and no confirmation came. There may be two of it.`
  alert(ctx, { kind: 'order-maybe-twice', text, external_id, external_order_number: number }, now)
}

/** Tells that Sign Customiser has an order twice. */
export function tellOfTwo(ctx: Context, order: Delivery, ids: readonly [string, string], now: number): void {
  const { external_id, number } = order
  const text = `Sign Customiser has order ${nameOf(order)} twice, as ${ids.join(' and ')}: ask them to stop one.`
  alert(ctx, { kind: 'order-maybe-twice', text, external_id, external_order_number: number }, now)
}

/** Tells that an order which was cancelled has arrived, or may have. */
export function tellOfCancelled(
  ctx: Context,
  order: Pick<Delivery, 'external_id' | 'number'>,
  hasArrived: boolean,
  now: number,
): void {
  const { external_id, number } = order
  const words = hasArrived ? 'has been sent to Sign Customiser' : 'may have arrived at Sign Customiser'
  const text = `Order ${nameOf(order)} was cancelled, but ${words}: ask them to stop it.`
  alert(ctx, { kind: 'order-cancelled', text, external_id, external_order_number: number }, now)
}

/** Tells the operator that orders can't be found in SHOPLINE's events of a topic: once, until one of them can be read again. */
export function tellOfUnreadable(ctx: Context, topic: string, now: number): void {
  if (!setMark(ctx.sql, 'told', `unreadable ${topic}`)) return
  const text = `No order was found in an event ${topic} of SHOPLINE, so nothing was relayed for it: look at it in the list of events.`
  alert(ctx, { kind: 'event-unreadable', text }, now)
}

export const forgetUnreadable = (sql: SqlStorage, topic: string) =>
  clearMark(sql, 'told', `unreadable ${topic}`)

/** Tells the store about a new design, unless the store imported it. */
export function tellOfDesign(
  ctx: Context,
  externalId: string,
  source: string,
  recorded: Recorded,
  now: number,
): void {
  if (recorded === 'new' && source !== 'import') queueDesign(ctx, externalId, now)
}

const NAMES: Record<Destination, string> = {
  orders: 'Sign Customiser',
  events: 'EVENTS_URL',
  alerts: 'ALERT_URL',
  shopline: 'SHOPLINE',
}

const TOKENS: Partial<Record<Destination, string>> = {
  orders: 'SIGN_CUSTOMISER_API_TOKEN',
  shopline: 'SHOPLINE_ACCESS_TOKEN',
  events: 'EVENTS_SECRET',
}

const ALERTS: Record<Trouble, [AlertKind, (destination: Destination) => string]> = {
  failures: [
    'gate-closed',
    (to) => `${NAMES[to]} does not work: what is for it waits and is tried every few minutes.`,
  ],
  'token-refused': [
    'token-refused',
    (to) => `${NAMES[to]} refuses the bridge: check ${TOKENS[to]}. What is for it waits.`,
  ],
  'given-up': [
    'destination-given-up',
    (to) => `${NAMES[to]} has not worked for so long that deliveries are given up.`,
  ],
  gone: [
    'destination-given-up',
    (to) => `${NAMES[to]} answered 410 Gone: it gets nothing until the setting changes.`,
  ],
}

/**
 * Tells the operator how a destination stands, if that is other than what was told last. A pause that was asked for is no trouble;
 * of trouble with alerts none is sent. What is held back so that a flapping outage stays quiet is told by a later sweep.
 */
export function tellOfGate(ctx: Context, { destination, gate }: Channel, now: number): void {
  if (destination === 'alerts') return
  if (!isOpen(gate)) {
    if (gate.reason !== null && gate.reason !== 'asked-to-wait')
      tellOfTrouble(ctx, destination, gate.reason, now)
    return
  }
  const before = readTold(ctx.sql, destination)
  if (before.told === null || isRecent(before.recovered_at, now)) return
  noteTold(ctx.sql, destination, { ...before, told: null, recovered_at: now })
  alert(ctx, { kind: 'recovered', text: `${NAMES[destination]} works again.`, destination }, now)
}

function tellOfTrouble(ctx: Context, destination: Destination, trouble: Trouble, now: number): void {
  if (destination === 'alerts') return
  const before = readTold(ctx.sql, destination)
  if (before.told !== null && TROUBLES.indexOf(before.told) >= TROUBLES.indexOf(trouble)) return
  if (before.told === null && trouble === 'failures' && isRecent(before.alerted_at, now)) return
  noteTold(ctx.sql, destination, { ...before, told: trouble, alerted_at: now })
  const [kind, text] = ALERTS[trouble]
  alert(ctx, { kind, text: text(destination), destination }, now)
}

const isRecent = (at: number | null, now: number) => at !== null && now - at < QUIET_MS && at <= now

/** So many wrong passwords within an hour are no typing errors. */
const MOST_GUESSES = 100

/** Counts passwords that the console refused, and tells the operator once an hour that somebody seems to guess. */
export function tellOfGuesses(ctx: Context, refused: number, now: number): void {
  const { before, after } = countGuesses(ctx.sql, refused, now)
  if (before >= MOST_GUESSES || after < MOST_GUESSES) return
  const text = `The console refused ${MOST_GUESSES} passwords within an hour: somebody seems to guess. Each address has 30 a minute; a long random password is out of reach.`
  alert(ctx, { kind: 'password-guessed-at', text, count: after }, now)
}

/** Tells the operator once that the ledger fills up, and anew should it have been emptied in between. */
export function tellOfFullness(ctx: Context, now: number): void {
  const used = fullness(ctx.sql)
  if (used < WORTH_TELLING) clearMark(ctx.sql, 'told', 'ledger-filling')
  if (used < WORTH_TELLING || !setMark(ctx.sql, 'told', 'ledger-filling')) return
  const text = `The ledger is ${Math.floor(used * 100)} % full. Lower RETENTION_DAYS: from 90 % on the bodies of events are not kept.`
  alert(ctx, { kind: 'ledger-filling', text }, now)
}
