import {
  address,
  addressKeys,
  currency,
  handle,
  number,
  oneOf,
  optionalId,
  origin,
  origins,
  positiveInteger,
  type Reader,
  secret,
  secrets,
  shoplineId,
  topics,
  webhookKeys,
  wholeNumber,
} from './readers.ts'
import { err, ok, type Result } from './result.ts'

/** Why a setting can't be used. It never holds the setting's value. */
export type SettingFault = { setting: SettingName; detail: string }

const DAY_SECONDS = 86_400

/** The fewest characters of a secret that the merchant makes up, against guessing, and of one that a vendor gives. */
const OWN = 16
const VENDORS = 8

/** In bytes. A row of the ledger holds 2 MB, of which what goes with a body takes its part. */
const LARGEST_BODY = 1_500_000

/** Every setting with its reader; README describes each. */
const READERS = {
  SIGN_CUSTOMISER_INTEGRATION_SECRET: secrets(5, VENDORS),
  SIGN_CUSTOMISER_WEBHOOK_SECRET: secrets(20, VENDORS),
  SIGN_CUSTOMISER_API_TOKEN: secret(VENDORS),
  STORE_API_TOKEN: secrets(5, OWN),
  SIGN_CUSTOMISER_INTEGRATION_ID: positiveInteger,
  SIGN_CUSTOMISER_API_URL: origin('https://web.signcustomiser.com'),
  CURRENCY: currency('USD'),
  SIGN_CUSTOMISER_CUSTOMISER_ID: optionalId,
  SIGN_CUSTOMISER_EMBED_URL: address('https://integrations.signcustomiser.com/sign-customiser-embed.js'),
  STORE_ORIGINS: origins,
  EMBED_ORIGINS: origins,
  STORE: oneOf('custom', 'shopline'),
  CURRENCY_DECIMALS: wholeNumber(2, 0, 4),
  SHOPLINE_APP_SECRET: secrets(5, VENDORS),
  SHOPLINE_ACCESS_TOKEN: secret(VENDORS),
  SHOPLINE_HOOK_KEY: addressKeys(5, 32),
  SHOPLINE_API_URL: origin('https://open.shopline.io'),
  SHOPLINE_MERCHANT_HANDLE: handle,
  SHOPLINE_MERCHANT_ID: shoplineId,
  SHOPLINE_APP_ID: shoplineId,
  SHOPLINE_ORDER_TOPICS: topics('order/create'),
  SHOPLINE_RELAY_WHEN: oneOf('created', 'paid'),
  SHOPLINE_TOLERANCE_SECONDS: number(7 * DAY_SECONDS, 0, 365 * DAY_SECONDS),
  DEMO: oneOf('off', 'on', 'sandbox'),
  CONSOLE_PASSWORD: secret(OWN),
  EVENTS_URL: address(''),
  EVENTS_SECRET: webhookKeys(5),
  ALERT_URL: address(''),
  BRIDGE_URL: origin(''),
  RELAY_TIMEOUT_SECONDS: number(10, 0.1, 300),
  RELAY_FIRST_RETRY_SECONDS: number(60, 0.1, DAY_SECONDS),
  RELAY_GIVE_UP_HOURS: number(72, 0.001, 24 * 365),
  RELAY_CONFIRM_SECONDS: number(120, 0, DAY_SECONDS),
  RELAY_LOST_ANSWERS: wholeNumber(6, 1, 100),
  RETENTION_DAYS: number(90, 1, 3650),
  MAX_BODY_BYTES: number(1_048_576, 1, LARGEST_BODY),
} satisfies Record<string, Reader<unknown>>

export type SettingName = keyof typeof READERS
export const SETTING_NAMES = Object.keys(READERS) as SettingName[]
type ValueOf<N extends SettingName> = (typeof READERS)[N] extends Reader<infer T> ? T : never
export type Settings<N extends SettingName> = { readonly [K in N]: ValueOf<K> }

/** Reading a setting again costs a comparison: a deployment's settings hardly ever change under one isolate. */
const known = new Map<SettingName, { raw: string; read: Result<unknown, string> }>()

function textOf(env: Env, name: SettingName): string {
  const bound: unknown = (env as unknown as Record<string, unknown>)[name]
  return typeof bound === 'string' ? bound : ''
}

/** A blank setting counts as one that is not set. */
export const isSet = (env: Env, name: SettingName) => textOf(env, name).trim() !== ''

/** Each of these is a door's key, or shown at one of another's. */
export const SECRETS = [
  'SIGN_CUSTOMISER_INTEGRATION_SECRET',
  'SIGN_CUSTOMISER_WEBHOOK_SECRET',
  'SIGN_CUSTOMISER_API_TOKEN',
  'STORE_API_TOKEN',
  'CONSOLE_PASSWORD',
  'SHOPLINE_APP_SECRET',
  'SHOPLINE_ACCESS_TOKEN',
  'SHOPLINE_HOOK_KEY',
  'EVENTS_SECRET',
] as const satisfies readonly SettingName[]

/**
 * The settings that hold a secret which this one holds, too; empty for one that holds none. Who is shown such a secret at one
 * door could open the other.
 */
export function sharingWith(env: Env, name: SettingName): SettingName[] {
  if (!SECRETS.some((secret) => secret === name)) return []
  const own = new Set(
    textOf(env, name)
      .split(/\s+/)
      .filter((secret) => secret !== ''),
  )
  return SECRETS.filter(
    (other) =>
      other !== name &&
      textOf(env, other)
        .split(/\s+/)
        .some((secret) => own.has(secret)),
  )
}

function readSetting(env: Env, name: SettingName): Result<unknown, string> {
  const raw = textOf(env, name)
  const before = known.get(name)
  if (before?.raw === raw) return before.read
  const read = READERS[name](raw)
  known.set(name, { raw, read })
  return read
}

/**
 * Reads the named settings, checked, or says what is wrong with each that can't be used.
 *
 * Nothing runs with half its settings: one that is missing, blank, padded or a placeholder fails them all.
 */
export function readSettings<N extends SettingName>(
  env: Env,
  names: readonly N[],
): Result<Settings<N>, SettingFault[]> {
  const values: Partial<Record<SettingName, unknown>> = {}
  const faults: SettingFault[] = []
  for (const name of names) {
    const read = readSetting(env, name)
    if (read.ok) values[name] = read.value
    else faults.push({ setting: name, detail: read.error })
  }
  return faults.length === 0 ? ok(values as Settings<N>) : err(faults)
}
