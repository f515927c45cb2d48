import type { Answer } from '../http/exchange.ts'
import { isSet, readSettings, type SettingName } from '../settings.ts'
import type { Alarm } from './alarm.ts'
import { type Destination, type Outcome, type Policy, retryAfter } from './delivery.ts'
import { type Gate, readGate, writeGate } from './gate.ts'

/** What is sent: a delivery as its sender sees it. `external_id` also names it to the receiver; `body` is JSON. */
export interface Parcel {
  external_id: string
  body: string
}

/** How one destination is sent to. */
export interface Sender {
  /** Without these its deliveries wait as behind a closed gate. */
  settings: readonly SettingName[]
  /** The setting whose change opens the gate again that a 410 Gone has closed. */
  address?: 'EVENTS_URL' | 'ALERT_URL'
  /** Sends once and says what became of it. Throws `NotSent` when nothing has left this Worker. */
  send(env: Env, parcel: Parcel, signal: AbortSignal): Promise<Outcome>
  /**
   * Asks the other side something that changes nothing there, to find out whether it is back. Without it a closed gate is tried
   * with a delivery. Throws `NotSent` like `send`.
   */
  probe?(env: Env, signal: AbortSignal): Promise<Answer>
  /** Whether the receiver knows a repeat: then a lost answer is no more than a failure. */
  knowsRepeats: boolean
}

export type Senders = Record<Destination, Sender>

const SECOND = 1000
const HOUR = 3600 * SECOND

/**
 * A destination as the ledger deals with it: how it is sent to, how patiently, and how its gate stands. An instance makes each
 * once, since its settings never change; the gate is kept as it is stored, since the instance alone writes it.
 */
export class Channel {
  readonly destination: Destination
  readonly sender: Sender
  readonly policy: Policy
  /** False while a setting that its deliveries need is blank or can't be used: they wait. */
  readonly isReady: boolean
  /** Where it sends to, for one that a 410 closes; null when that is not set. */
  readonly address: string | null
  readonly #sql: SqlStorage
  #gate: Gate | null = null

  constructor(destination: Destination, sender: Sender, env: Env, sql: SqlStorage) {
    this.destination = destination
    this.sender = sender
    this.policy = policyOf(env)
    this.isReady = isReady(env, sender)
    this.address = addressOf(env, sender)
    this.#sql = sql
  }

  get gate(): Gate {
    this.#gate ??= readGate(this.#sql, this.destination)
    return this.#gate
  }

  set gate(gate: Gate) {
    writeGate(this.#sql, this.destination, gate)
    this.#gate = gate
  }

  /** When what is taken in at `now` is given up unless it was relayed, both in milliseconds since 1970. */
  giveUpAt(now: number): number {
    return now + this.policy.giveUpMs
  }
}

export type Channels = Readonly<Record<Destination, Channel>>

/** What all of the ledger's functions work with. */
export interface Context {
  readonly env: Env
  readonly sql: SqlStorage
  readonly alarm: Alarm
  readonly channels: Channels
}

const RELAY_SETTINGS = [
  'RELAY_TIMEOUT_SECONDS',
  'RELAY_FIRST_RETRY_SECONDS',
  'RELAY_GIVE_UP_HOURS',
  'RELAY_CONFIRM_SECONDS',
  'RELAY_LOST_ANSWERS',
] as const

/** While a setting can't be used nothing is sent, and what waits is dealt with by the defaults. */
function policyOf(env: Env): Policy {
  const set = readSettings(env, RELAY_SETTINGS)
  const read = set.ok ? set : readSettings({} as Env, RELAY_SETTINGS)
  if (!read.ok) throw new Error('a setting of the relay has no default')
  return {
    timeoutMs: Math.round(read.value.RELAY_TIMEOUT_SECONDS * SECOND),
    firstRetryMs: Math.round(read.value.RELAY_FIRST_RETRY_SECONDS * SECOND),
    giveUpMs: Math.round(read.value.RELAY_GIVE_UP_HOURS * HOUR),
    confirmMs: Math.round(read.value.RELAY_CONFIRM_SECONDS * SECOND),
    lostAnswers: read.value.RELAY_LOST_ANSWERS,
  }
}

function isReady(env: Env, { settings }: Sender): boolean {
  const read = readSettings(env, [...RELAY_SETTINGS, ...settings])
  return read.ok && !Object.values(read.value).includes('')
}

function addressOf(env: Env, { address }: Sender): string | null {
  if (address === undefined || !isSet(env, address)) return null
  const read = readSettings(env, [address])
  return read.ok ? read.value[address] : null
}

/**
 * What an answer says of an event or an alert. A receiver knows a repeat by its ID, so nothing but a 2xx is final: a lost answer
 * is no more than a failure, and a refusal may be the receiver's own mistake of today. Its words are not kept: it is a third party.
 */
export function webhookOutcome(answer: Answer, now: number): Outcome {
  if (!answer.arrived) return { outcome: 'passing', status: null, retryAfterMs: null, detail: answer.words }
  const { status } = answer
  if (status >= 200 && status < 300) return { outcome: 'relayed', status, remoteId: null }
  const retryAfterMs = retryAfter(answer.retryAfter, now)
  return { outcome: 'passing', status, retryAfterMs, detail: `The address answered ${status}.` }
}

/** What an answer to a probe says; null when the other side is back. */
export function probeOutcome(answer: Answer, now: number): Outcome | null {
  if (!answer.arrived) return { outcome: 'passing', status: null, retryAfterMs: null, detail: answer.words }
  const { status } = answer
  if (status < 500 && ![401, 408, 425, 429].includes(status)) return null
  return {
    outcome: 'passing',
    status,
    retryAfterMs: retryAfter(answer.retryAfter, now),
    detail: `The probe was answered ${status}.`,
  }
}
