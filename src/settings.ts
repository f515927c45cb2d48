import { err, ok, type Result } from './result.ts'

/** Why a setting can't be used. It never holds the setting's value. */
export type SettingFault = { setting: SettingName; detail: string }

/** Turns a setting's text, empty when it is not set, into its value, or says what is wrong with it. */
type Reader<T> = (raw: string) => Result<T, string>

/** Up to `most` secrets separated by blanks, so that an old and a new one can be live at once. */
const secrets =
  (most: number): Reader<readonly string[]> =>
  (raw) => {
    if (raw.trim() === '') return err('is not set')
    if (raw !== raw.trim()) return err('begins or ends with a blank')
    const list = raw.split(/\s+/)
    if (list.some((secret) => secret.startsWith('replace-'))) return err('still holds its placeholder')
    if (list.length > most) return err(`holds more than ${most} secrets`)
    return ok(list)
  }

const secret: Reader<string> = (raw) => {
  const read = secrets(1)(raw)
  return read.ok ? ok(read.value.join('')) : err(read.error)
}

const positiveInteger: Reader<number> = (raw) => {
  if (raw.trim() === '') return err('is not set')
  const value = Number(raw)
  return /^\d+$/.test(raw) && Number.isSafeInteger(value) && value > 0
    ? ok(value)
    : err('must be a whole number above 0, in digits only')
}

const number =
  (fallback: number, least: number, most: number): Reader<number> =>
  (raw) => {
    if (raw.trim() === '') return ok(fallback)
    const value = Number(raw)
    return /^\d+(\.\d+)?$/.test(raw) && value >= least && value <= most
      ? ok(value)
      : err(`must be a number from ${least} to ${most}`)
  }

const currency =
  (fallback: string): Reader<string> =>
  (raw) => {
    if (raw.trim() === '') return ok(fallback)
    return /^[A-Z]{3}$/.test(raw) ? ok(raw) : err('must be three capital letters, such as USD')
  }

/** A bare origin: the paths of the calls already hold `/api`. Plain `http` only reaches this machine. */
const origin =
  (fallback: string): Reader<string> =>
  (raw) => {
    if (raw.trim() === '') return ok(fallback)
    if (!URL.canParse(raw) || raw !== raw.trim()) return err('must be an address such as https://example.com')
    const url = new URL(raw)
    if (url.username !== '' || url.password !== '') return err('must not hold a user or a password')
    if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
      return err('must be a bare host without a path')
    const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback))
      return err('must begin with https://')
    return ok(url.origin)
  }

const DAY_SECONDS = 86_400

/** Every setting with its reader; README describes each. */
const READERS = {
  SIGN_CUSTOMISER_INTEGRATION_SECRET: secrets(5),
  SIGN_CUSTOMISER_API_TOKEN: secret,
  STORE_API_TOKEN: secrets(5),
  SIGN_CUSTOMISER_INTEGRATION_ID: positiveInteger,
  SIGN_CUSTOMISER_API_URL: origin('https://web.signcustomiser.com'),
  CURRENCY: currency('USD'),
  RELAY_TIMEOUT_SECONDS: number(10, 0.1, 300),
  RELAY_FIRST_RETRY_SECONDS: number(60, 0.1, DAY_SECONDS),
  RELAY_GIVE_UP_HOURS: number(72, 0.001, 24 * 365),
  RELAY_CONFIRM_SECONDS: number(120, 0, DAY_SECONDS),
  MAX_BODY_BYTES: number(1_048_576, 1, 50 * 1_048_576),
} satisfies Record<string, Reader<unknown>>

export type SettingName = keyof typeof READERS
type ValueOf<N extends SettingName> = (typeof READERS)[N] extends Reader<infer T> ? T : never
export type Settings<N extends SettingName> = { readonly [K in N]: ValueOf<K> }

/** Reading a setting again costs a comparison: a deployment's settings hardly ever change under one isolate. */
const known = new Map<SettingName, { raw: string; read: Result<unknown, string> }>()

function readSetting(env: Env, name: SettingName): Result<unknown, string> {
  const bound: unknown = (env as unknown as Record<string, unknown>)[name]
  const raw = typeof bound === 'string' ? bound : ''
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
