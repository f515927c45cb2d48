import type { Reader } from './readers.ts'
import { err, ok, type Result } from './result.ts'

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
