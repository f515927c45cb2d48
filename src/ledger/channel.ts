import { readSettings, type SettingName } from '../settings.ts'
import type { Delivery } from './deliveries.ts'
import type { Destination, Outcome, Policy } from './delivery.ts'

const SECOND = 1000
const HOUR = 3600 * SECOND

/** How one destination is sent to. */
export interface Deliverer {
  /** Without these its deliveries wait as behind a closed gate. */
  settings: readonly SettingName[]
  /** The setting whose change opens the gate again that a 410 Gone has closed. */
  address?: 'EVENTS_URL' | 'ALERT_URL'
  /** Sends once and says what became of it. Throws `NotSent` when nothing has left this Worker. */
  send(env: Env, delivery: Delivery, signal: AbortSignal): Promise<Outcome>
}

export type Deliverers = Record<Destination, Deliverer>

/** How patient to be with a destination; null while a setting that its deliveries need is blank or can't be used. */
export function policyOf(env: Env, { settings }: Deliverer): Policy | null {
  const read = readSettings(env, [
    'RELAY_TIMEOUT_SECONDS',
    'RELAY_FIRST_RETRY_SECONDS',
    'RELAY_GIVE_UP_HOURS',
    'RELAY_CONFIRM_SECONDS',
    ...settings,
  ])
  if (!read.ok || Object.values(read.value).includes('')) return null
  return {
    timeoutMs: Math.round(read.value.RELAY_TIMEOUT_SECONDS * SECOND),
    firstRetryMs: Math.round(read.value.RELAY_FIRST_RETRY_SECONDS * SECOND),
    confirmMs: Math.round(read.value.RELAY_CONFIRM_SECONDS * SECOND),
  }
}

/** When what is taken in now ends as `failed` if it can't be delivered, in milliseconds since 1970. */
export function giveUpAt(env: Env, now: number): number {
  const read = readSettings(env, ['RELAY_GIVE_UP_HOURS'])
  return now + Math.round((read.ok ? read.value.RELAY_GIVE_UP_HOURS : 72) * HOUR)
}
