import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeKnown } from './make-known.ts'
import { print, reportFigure } from './report.ts'
import { loadOf } from './requests.ts'
import { type Server, startNode, stop } from './server.ts'
import type { Mood, Seen } from './upstream.ts'
import { startWorker } from './workerd.ts'

const CONNECTIONS = 6
const ANSWER_MS = 50
const LONGEST_MS = 90_000
const MOST_ATTEMPTS = 30
const TIMES_IDEAL = 1.15

/**
 * Hands in orders while the other side is down, then lets it come back: how often was it asked in vain, and how long did six
 * connections take from its first good answer to the last, against six that are always busy?
 */
export async function outage(
  modules: { worker: string; kv: string },
  texts: Record<string, string>,
  orders: number,
): Promise<void> {
  const upstream = await startNode('upstream of the outage', 'upstream.ts')
  const server = await startWorker('outage', modules, {
    ...texts,
    SIGN_CUSTOMISER_API_URL: `http://127.0.0.1:${upstream.port}`,
    RELAY_FIRST_RETRY_SECONDS: '0.5',
  })
  await makeKnown(server)
  tell(upstream, { status: 503, delayMs: 0 })
  await handIn(server, orders)
  const { refused } = await seenBy(upstream)
  tell(upstream, { status: 200, delayMs: ANSWER_MS })
  const { firstTakenAt, lastTakenAt } = await allTaken(upstream, orders)

  const ideal = (orders / CONNECTIONS) * ANSWER_MS
  print(`\n${orders} orders waiting after an outage, each answered after ${ANSWER_MS} ms`)
  reportFigure('  attempts at the dead side', refused, MOST_ATTEMPTS, 'attempts')
  reportFigure('  drained in', (lastTakenAt - firstTakenAt) / ideal, TIMES_IDEAL, '× ideal')
  await stop(server)
}

const tell = ({ child }: Server, mood: Mood) => child.send(mood)

async function seenBy({ child }: Server): Promise<Seen> {
  child.send('seen')
  const [seen] = (await once(child, 'message')) as [Seen]
  return seen
}

async function handIn({ port }: Server, orders: number): Promise<void> {
  const next = loadOf('order', 1)
  let id = 0
  const client = async () => {
    while (id < orders) {
      const { path, headers, body } = next(++id)
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: 'POST',
        headers,
        body: new Uint8Array(body),
      })
      const text = await response.text()
      if (response.status !== 202) throw new Error(`an order in the outage got ${response.status}: ${text}`)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, client))
}

async function allTaken(upstream: Server, orders: number): Promise<Seen> {
  for (const end = Date.now() + LONGEST_MS; Date.now() < end; await sleep(100)) {
    const seen = await seenBy(upstream)
    if (seen.taken >= orders) return seen
  }
  throw new Error(`not all of ${orders} orders arrived within ${LONGEST_MS / 1000} s`)
}
