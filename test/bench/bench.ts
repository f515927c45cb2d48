import { join } from 'node:path'
import { buildBridge, buildReference, deployed, gzippedBytes } from './build.ts'
import { folder } from './leftovers.ts'
import { startLoad } from './load.ts'
import { makeKnown } from './make-known.ts'
import { readOptions } from './options.ts'
import { print, report, reportFigure } from './report.ts'
import { measure } from './rounds.ts'
import { type Contender, SCENARIOS } from './scenarios.ts'
import { type Server, startNode } from './server.ts'
import { settings } from './settings.ts'
import { extraStartUp } from './start-up.ts'
import { startWorker } from './workerd.ts'

const BUNDLE_KB = 40
const START_UP_MS = 10

const { plan, only } = readOptions()
const began = performance.now()
print('Building…')
const [worker, limit, kv, oneLine] = await Promise.all([
  buildBridge(),
  buildReference('limit'),
  buildReference('kv'),
  buildReference('one-line'),
])

const upstream = await startNode('upstream', 'upstream.ts')
const texts = settings(deployed.vars, `http://127.0.0.1:${upstream.port}`)
const servers: Record<Contender, Server> = {
  bridge: await startWorker('bridge', { worker, kv }, texts),
  limit: await startWorker('limit', { worker: limit, kv }, texts),
  guide: await startNode('guide', 'express/guide.ts', texts),
  durable: await startNode('durable', 'express/durable.ts', {
    ...texts,
    DATABASE: join(folder, 'durable.db'),
  }),
}
for (const name of ['bridge', 'limit', 'durable'] as const) await makeKnown(servers[name])

print(
  `CPU is user and system time of the server's process. Medians of ${plan.rounds} rounds of ${plan.seconds} s each, ` +
    'lowest and highest ratio in brackets. The load generator and the stand-in for Sign Customiser share the cores.',
)
const load = startLoad()
for (const scenario of SCENARIOS.filter(({ title }) => title.includes(only)))
  report(scenario, await measure(scenario, servers, load, plan))

print('')
reportFigure('bundle, gzipped', gzippedBytes(worker) / 1024, BUNDLE_KB, 'KB')
const extra = await extraStartUp(
  () => startWorker('start-bridge', { worker, kv }, texts),
  () => startWorker('start-one-line', { worker: oneLine, kv }, texts),
  plan.starts,
)
reportFigure('start-up over a one-line handler', extra.median, START_UP_MS, 'ms')
print(`Took ${Math.round((performance.now() - began) / 1000)} s.`)
process.exit()
