import { err, ok, type Result } from './result.ts'

/** Turns a setting's text, empty when it is not set, into its value, or says what is wrong with it. */
export type Reader<T> = (raw: string) => Result<T, string>

/**
 * Up to `most` secrets separated by blanks, so that an old and a new one can be live at once. Each has `least` characters or
 * more: otherwise a sentence would be as many secrets as it has words, and the shortest would open.
 */
export const secrets =
  (most: number, least: number): Reader<readonly string[]> =>
  (raw) => {
    if (raw.trim() === '') return err('is not set')
    if (raw !== raw.trim()) return err('begins or ends with a blank')
    const list = raw.split(/\s+/)
    if (list.some((secret) => secret.startsWith('replace-'))) return err('still holds its placeholder')
    if (list.length > most)
      return err(`holds more than ${most === 1 ? 'one secret' : `${most} secrets`}: blanks separate them`)
    if (list.some((secret) => secret.length < least))
      return err(
        `must be ${least} characters or more${list.length > 1 ? ', each of those that blanks separate' : ''}`,
      )
    return ok(list)
  }

export const secret =
  (least: number): Reader<string> =>
  (raw) => {
    const read = secrets(1, least)(raw)
    return read.ok ? ok(read.value.join('')) : err(read.error)
  }

export const positiveInteger: Reader<number> = (raw) => {
  if (raw.trim() === '') return err('is not set')
  const value = Number(raw)
  return /^\d+$/.test(raw) && Number.isSafeInteger(value) && value > 0
    ? ok(value)
    : err('must be a whole number above 0, in digits only')
}

export const number =
  (fallback: number, least: number, most: number): Reader<number> =>
  (raw) => {
    if (raw.trim() === '') return ok(fallback)
    const value = Number(raw)
    return /^\d+(\.\d+)?$/.test(raw) && value >= least && value <= most
      ? ok(value)
      : err(`must be a number from ${least} to ${most}`)
  }

export const wholeNumber =
  (fallback: number, least: number, most: number): Reader<number> =>
  (raw) => {
    const read = number(fallback, least, most)(raw)
    return read.ok && !Number.isInteger(read.value) ? err('must be a whole number') : read
  }

export const currency =
  (fallback: string): Reader<string> =>
  (raw) => {
    if (raw.trim() === '') return ok(fallback)
    return /^[A-Z]{3}$/.test(raw) ? ok(raw) : err('must be three capital letters, such as USD')
  }

/** One of a few words; the first is the default. */
export const oneOf =
  <const W extends string>(...words: readonly [W, ...W[]]): Reader<W> =>
  (raw) => {
    if (raw.trim() === '') return ok(words[0])
    const word = words.find((one) => one === raw)
    return word === undefined ? err(`must be one of ${words.join(', ')}`) : ok(word)
  }

/** An ID that goes into an HTML attribute; null when blank. */
export const optionalId: Reader<string | null> = (raw) => {
  if (raw.trim() === '') return ok(null)
  return /^[A-Za-z0-9_-]{1,64}$/.test(raw) ? ok(raw) : err('must be letters, digits, - and _')
}

/** An ID of SHOPLINE's, in small letters; null when blank. */
export const shoplineId: Reader<string | null> = (raw) => {
  if (raw.trim() === '') return ok(null)
  return /^[0-9a-f]{24}$/i.test(raw) ? ok(raw.toLowerCase()) : err('must be 24 hex digits')
}

/** A name that goes into a header as it is. */
export const handle: Reader<string> = (raw) => {
  if (raw.trim() === '') return err('is not set')
  return /^[A-Za-z0-9_-]{1,64}$/.test(raw) ? ok(raw) : err('must be letters, digits, - and _')
}

/** Webhook topics such as `order/create`, separated by blanks or commas. */
export const topics =
  (...fallback: readonly string[]): Reader<readonly string[]> =>
  (raw) => {
    const list = raw.split(/[\s,]+/).filter((item) => item !== '')
    if (list.length === 0) return ok(fallback)
    return list.every((topic) => /^[a-z_]+\/[a-z_]+$/.test(topic))
      ? ok(list)
      : err('must be topics such as order/create, separated by blanks')
  }

/** Secrets that stand in an address, where they are seen more easily than in a header. */
export const addressKeys =
  (most: number, least: number): Reader<readonly string[]> =>
  (raw) => {
    const read = secrets(most, least)(raw)
    return read.ok && !read.value.every((key) => /^[\w-]+$/.test(key))
      ? err('must be letters, digits, - and _')
      : read
  }

/** Up to `most` keys of Standard Webhooks, separated by blanks: each is `whsec_` and 24 to 64 bytes in base64. */
export const webhookKeys =
  (most: number): Reader<readonly string[]> =>
  (raw) => {
    const read = secrets(most, 1)(raw)
    if (!read.ok || read.value.every(isWebhookKey)) return read
    return err('must be whsec_ and 24 to 64 bytes in base64, such as `openssl rand -base64 32` gives')
  }

function isWebhookKey(key: string): boolean {
  const base64 = key.replace(/^whsec_/, '')
  const bytes = Math.floor((base64.replace(/=+$/, '').length * 3) / 4)
  return (
    key.startsWith('whsec_') &&
    /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}(==)?|[A-Za-z0-9+/]{3}=?)?$/.test(base64) &&
    bytes >= 24 &&
    bytes <= 64
  )
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/

export const isLoopback = ({ hostname }: URL) => LOOPBACK.test(hostname)

/** An address that may be called. Plain `http` only reaches this machine. */
function addressOf(raw: string): Result<URL, string> {
  if (!URL.canParse(raw) || raw !== raw.trim()) return err('must be an address such as https://example.com')
  const url = new URL(raw)
  if (url.username !== '' || url.password !== '') return err('must not hold a user or a password')
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url)))
    return err('must begin with https://')
  return ok(url)
}

function originOf(raw: string): Result<string, string> {
  const url = addressOf(raw)
  if (!url.ok) return url
  const { pathname, search, hash, origin } = url.value
  return pathname === '/' && search === '' && hash === ''
    ? ok(origin)
    : err('must be a bare host without a path')
}

/** A bare origin: the paths of the calls already hold `/api`. */
export const origin =
  (fallback: string): Reader<string> =>
  (raw) =>
    raw.trim() === '' ? ok(fallback) : originOf(raw)

/** Origins separated by blanks or commas; none when blank. */
export const origins: Reader<readonly string[]> = (raw) => {
  const read = raw
    .split(/[\s,]+/)
    .filter((item) => item !== '')
    .map(originOf)
  const fault = read.find((item) => !item.ok)
  return fault && !fault.ok ? err(fault.error) : ok(read.flatMap((item) => (item.ok ? [item.value] : [])))
}

export const address =
  (fallback: string): Reader<string> =>
  (raw) => {
    if (raw.trim() === '') return ok(fallback)
    const url = addressOf(raw)
    return url.ok ? ok(url.value.href) : url
  }
