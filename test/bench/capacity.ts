import { buildReference } from './build.ts'
import type { startLoad } from './load.ts'
import { makeKnown } from './make-known.ts'
import { print, reportFigure } from './report.ts'
import { type Load, loadOf } from './requests.ts'
import { type Server, stop } from './server.ts'
import { startWorker } from './workerd.ts'

const CONNECTIONS = 32
const LEAST_RATE = 200
const SEEDED = 20_000
/** What one Durable Object may hold: https://developers.cloudflare.com/durable-objects/platform/limits/. */
const MOST_BYTES = 10e9

/** Tells what one ledger can take: orders per second, rows for each, and bytes for each while it is kept. */
export async function capacity(
  modules: { worker: string; kv: string },
  texts: Record<string, string>,
  load: ReturnType<typeof startLoad>,
  rushSeconds: number,
): Promise<void> {
  print('\none ledger')
  const server = await startWorker('capacity', modules, texts)
  await makeKnown(server)
  const rush = { port: server.port, kind: 'order in a rush', kilobytes: 1, connections: CONNECTIONS } as const
  await load({ ...rush, seconds: 1 })
  const { requests, seconds } = await load({ ...rush, seconds: rushSeconds })
  reportFigure(
    `  orders accepted over ${CONNECTIONS} connections`,
    requests / seconds,
    LEAST_RATE,
    'a second',
    'at least',
  )
  await stop(server)

  const observed = await startWorker(
    'observed',
    { ...modules, worker: await buildReference('observed') },
    texts,
  )
  await makeKnown(observed)
  print(
    `  rows written: ${await rowsFor(observed, loadOf('product', 1))} for a design, ${await rowsFor(observed, loadOf('order', 1))} for an order`,
  )
  await stop(observed)

  const seeded = await buildReference('seeded')
  for (const content of ['kept', 'erased']) {
    const filled = await startWorker(`filled-${content}`, { ...modules, worker: seeded }, texts)
    const url = `http://127.0.0.1:${filled.port}/seed?orders=${SEEDED}&content=${content}`
    const response = await fetch(url, { method: 'POST' })
    if (!response.ok) throw new Error(`the ledger could not be filled: ${response.status}`)
    const bytes = (await response.json()) as number
    const each = bytes / SEEDED
    const most = (MOST_BYTES / each / 1e6).toFixed(1)
    print(`  an order of 1 KB, its content ${content}: ${each.toFixed(0)} bytes · ${most} million in 10 GB`)
    await stop(filled)
  }
}

/** The rows that the second request of a kind makes the ledger write; the first may also set it up. */
async function rowsFor({ port }: Server, next: (id: number) => Load): Promise<number> {
  const address = `http://127.0.0.1:${port}`
  let rows = 0
  for (const id of [1_001, 1_002]) {
    await fetch(`${address}/rows-written`)
    const { path, headers, body, statuses } = next(id)
    const response = await fetch(address + path, { method: 'POST', headers, body: new Uint8Array(body) })
    const text = await response.text()
    if (!statuses.includes(response.status)) throw new Error(`${path} answered ${response.status}: ${text}`)
    rows = (await (await fetch(`${address}/rows-written`)).json()) as number
  }
  return rows
}
