import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Random } from './random.ts'

/** A stand-in for Sign Customiser that can't be relied on, and that knows how often each order really arrived. */
export interface Unreliable {
  url: string
  /** The number of times that each order was taken in, by its external ID. */
  arrivals: Map<string, number>
  /** From now on it takes every order and says so. */
  calmDown(): void
  close(): void
}

type Mishap = 'none' | 'refused' | 'busy' | 'lost' | 'mute'

/**
 * Of ten calls seven go well; one is refused in passing, one is taken in without an answer, one is taken in and answered with
 * what says nothing. One in fifty is told to come back in a second.
 */
export async function unreliable(random: Random): Promise<Unreliable> {
  const arrivals = new Map<string, number>()
  let isCalm = false
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { external_id } = JSON.parse(Buffer.concat(chunks).toString())
    const mishap = isCalm ? 'none' : mishapOf(random())
    if (mishap === 'refused') return response.writeHead(503).end()
    if (mishap === 'busy') return response.writeHead(429, { 'retry-after': '1' }).end()
    arrivals.set(external_id, (arrivals.get(external_id) ?? 0) + 1)
    if (mishap === 'lost') return request.socket.destroy()
    if (mishap === 'mute') return response.end('<h1>Thank you</h1>')
    response.writeHead(200, { 'content-type': 'application/json' })
    return response.end(JSON.stringify({ order: { order_id: arrivals.size } }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals,
    calmDown: () => {
      isCalm = true
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

function mishapOf(draw: number): Mishap {
  if (draw < 0.02) return 'busy'
  if (draw < 0.1) return 'refused'
  if (draw < 0.2) return 'lost'
  return draw < 0.3 ? 'mute' : 'none'
}
