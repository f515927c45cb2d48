import { cpuSeconds, type Server } from './server.ts'
import { spread } from './statistics.ts'

/**
 * What verifying a webhook may cost when the first reading fits, over `JSON.parse` and `JSON.stringify` of the same body.
 *
 * It does both once, and cannot do without the rest: UTF-8 to text (a fifth), keys sorted (a third), text to UTF-8 (almost half,
 * since a text with Chinese in it is not copied but encoded letter by letter) and the HMAC (a seventh; more for a small body).
 */
export const MOST_VERIFIED = 2.2
/**
 * The same when none fits: two readings are made and three hashed.
 *
 * A second reading made the same way is another 1.8, and to find the numbers that JavaScript prints otherwise 0.7. Numbers kept
 * from the start would save it the parse, at the cost of every genuine webhook.
 */
export const MOST_REFUSED = 3

export interface Verification {
  verified: number
  refused: number
}

/** Has the Worker of `workers/shopline.ts` parse, verify and refuse in turn; returns the medians of the rounds' ratios. */
export async function measureVerification(
  server: Server,
  kilobytes: number,
  rounds: number,
): Promise<Verification> {
  const turns = Math.ceil(10_000 / kilobytes)
  const cpu = async (work: string) => {
    const before = cpuSeconds(server)
    const url = `http://127.0.0.1:${server.port}/${work}?kilobytes=${kilobytes}&turns=${turns}`
    const response = await fetch(url)
    await response.text()
    if (response.status !== 200) throw new Error(`${work} answered ${response.status}`)
    return cpuSeconds(server) - before
  }
  for (const work of ['parse', 'verified', 'refused']) await cpu(work)
  const ratios: Verification[] = []
  for (let round = 0; round < rounds; round++) {
    const parse = await cpu('parse')
    ratios.push({ verified: (await cpu('verified')) / parse, refused: (await cpu('refused')) / parse })
  }
  return {
    verified: spread(ratios.map(({ verified }) => verified)).median,
    refused: spread(ratios.map(({ refused }) => refused)).median,
  }
}
