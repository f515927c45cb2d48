import type { AppContext } from './app.ts'

/**
 * The limits of `wrangler.toml`, each a number of requests within a minute. `FAILURES` counts those that did not prove who they
 * come from, `PASSWORDS` those that present one at the console, `LOOKUPS` what shops' pages ask the ledger.
 */
type Limit = 'FAILURES' | 'PASSWORDS' | 'LOOKUPS'

/**
 * Counts a request by `what` was asked for and by client, in each Cloudflare location for itself; says whether that client has
 * gone beyond the limit. Bare workerd has no such binding.
 */
export async function isTooOften(c: AppContext, limit: Limit, what: string): Promise<boolean> {
  const limiter = (c.env as Partial<Env>)[limit]
  const key = `${what} ${networkOf(c.req.header('cf-connecting-ip') ?? '')}`
  return limiter !== undefined && !(await limiter.limit({ key })).success
}

/** A client's address; of an IPv6 one the /64, all of whose addresses are one customer's. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []
  if (mapped !== undefined) return mapped
  const [left = [], right] = address
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''))
  const groups = right
    ? [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
    : left
  const network = groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
  return `${network.join(':')}::/64`
}
