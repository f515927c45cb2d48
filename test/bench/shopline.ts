import { cpuSeconds, type Server } from './server.ts'
import { spread } from './statistics.ts'

/** What verifying a webhook may cost when the first reading fits, over `JSON.parse` and `JSON.stringify` of the same body. */
export const MOST_VERIFIED = 2.5
/** The same when none fits: two readings are made and three hashed. */
export const MOST_REFUSED = 6

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
