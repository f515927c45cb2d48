import { join } from 'node:path'
import { buildReference } from './build.ts'
import { folder } from './leftovers.ts'
import { makeKnown } from './make-known.ts'
import { FEW_ORDERS } from './requests.ts'
import type { Contender } from './scenarios.ts'
import { type Server, startNode } from './server.ts'
import { startWorker } from './workerd.ts'

const MANY_ORDERS = 100_000

/** Returns what starts each contender when it is first asked for. `worker` is the bridge as built, `start` runs a Worker. */
export function contenders(worker: string, kv: string, texts: Record<string, string>, start = startWorker) {
  const starters: Record<Contender, () => Promise<Server>> = {
    bridge: () => start('bridge', { worker, kv }, texts),
    limit: async () => start('limit', { worker: await buildReference('limit'), kv }, texts),
    guide: () => startNode('guide', 'express/guide.ts', texts),
    durable: () =>
      startNode('durable', 'express/durable.ts', { ...texts, DATABASE: join(folder, 'durable.db') }),
    full: () => seeded('full', MANY_ORDERS),
    fresh: () => seeded('fresh', FEW_ORDERS),
  }

  async function seeded(name: string, orders: number): Promise<Server> {
    const server = await start(name, { worker: await buildReference('seeded'), kv }, texts)
    const response = await fetch(`http://127.0.0.1:${server.port}/seed?orders=${orders}`, { method: 'POST' })
    if (!response.ok) throw new Error(`${name} could not be filled: ${response.status}`)
    return server
  }

  const started = new Map<Contender, Promise<Server>>()
  return (name: Contender): Promise<Server> => {
    const known = started.get(name)
    if (known) return known
    const server = starters[name]().then(async (server) => {
      if (name !== 'guide') await makeKnown(server)
      return server
    })
    started.set(name, server)
    return server
  }
}
