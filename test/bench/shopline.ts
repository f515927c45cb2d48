import { cpuSeconds, type Server } from './server.ts'
import { spread } from './statistics.ts'
import { HOSTILE } from './workers/hostile-json.ts'

/**
 * What a webhook may cost until its signature is verified and its JSON parsed, when the first reading fits, over a limit written
 * by hand that parses, sorts, writes and verifies. A fixed sum weighs more with a small body.
 */
export const mostAccepted = (kilobytes: number) => (kilobytes < 50 ? 1.6 : 1.2)
/** The same when none fits, and all that SHOPLINE leaves open was tried. */
export const MOST_REFUSED = 1.3
/** What refusing a body may cost, whatever is in it, in milliseconds of CPU. */
export const MOST_HOSTILE_MS = 50

type Work = 'limit' | 'accepted' | 'refused' | 'hostile'

/** Has the Worker of `workers/shopline.ts` do one of its works; returns what it cost, in CPU seconds unless `soFar` tells otherwise. */
async function costOf(
  server: Server,
  work: Work,
  kilobytes: number,
  turns: number,
  { shape = '', soFar = cpuSeconds } = {},
): Promise<number> {
  const query = new URLSearchParams({ kilobytes: `${kilobytes}`, turns: `${turns}`, shape })
  const before = soFar(server)
  const response = await fetch(`http://127.0.0.1:${server.port}/${work}?${query}`)
  await response.text()
  if (response.status !== 200) throw new Error(`${work} answered ${response.status}`)
  return soFar(server) - before
}

/**
 * Has a webhook verified by hand, accepted and refused in turn; returns the medians of the rounds' ratios. `soFar` is what
 * their cost is told by.
 */
export async function measureVerification(
  server: Server,
  kilobytes: number,
  rounds: number,
  soFar = cpuSeconds,
): Promise<{ accepted: number; refused: number }> {
  const turns = Math.ceil(10_000 / kilobytes)
  const cost = (work: Work) => costOf(server, work, kilobytes, turns, { soFar })
  for (const work of ['limit', 'accepted', 'refused'] as const) await cost(work)
  const accepted: number[] = []
  const refused: number[] = []
  for (let round = 0; round < rounds; round++) {
    const limit = await cost('limit')
    accepted.push((await cost('accepted')) / limit)
    refused.push((await cost('refused')) / limit)
  }
  return { accepted: spread(accepted).median, refused: spread(refused).median }
}

/** Refuses a body of each hostile shape; returns the one that cost most, in milliseconds. */
export async function measureHostile(
  server: Server,
  kilobytes: number,
  rounds: number,
): Promise<{ shape: string; ms: number }> {
  let worst = { shape: '', ms: 0 }
  for (const shape of Object.keys(HOSTILE)) {
    // To make the body costs too: it is made once, and the difference is what refusing it costs.
    const times: number[] = []
    for (let round = 0; round < rounds; round++) {
      const made = await costOf(server, 'hostile', kilobytes, 0, { shape })
      times.push(((await costOf(server, 'hostile', kilobytes, 5, { shape })) - made) / 5)
    }
    const ms = spread(times).median * 1000
    if (ms > worst.ms) worst = { shape, ms }
  }
  return worst
}
