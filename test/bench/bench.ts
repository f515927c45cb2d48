import { buildBridge, buildReference, deployed, gzippedBytes } from './build.ts'
import { capacity } from './capacity.ts'
import { contenders } from './contenders.ts'
import { instructions, instructionsPerRequest, startCounted } from './instructions.ts'
import { startLoad } from './load.ts'
import { readOptions } from './options.ts'
import { outage } from './outage.ts'
import { print, report, reportFigure, reportInstructions } from './report.ts'
import { measure } from './rounds.ts'
import { SCENARIOS } from './scenarios.ts'
import { startNode } from './server.ts'
import { settings } from './settings.ts'
import {
  MOST_HOSTILE_MS,
  MOST_REFUSED,
  measureHostile,
  measureVerification,
  mostAccepted,
} from './shopline.ts'
import { extraStartUp } from './start-up.ts'
import { startWorker } from './workerd.ts'

const BUNDLE_KB = 45
const START_UP_MS = 10

const { plan, only, counts } = readOptions()
const began = performance.now()
const [worker, kv, oneLine, shopline] = await Promise.all([
  buildBridge(),
  buildReference('kv'),
  buildReference('one-line'),
  buildReference('shopline'),
])
const upstream = await startNode('upstream', 'upstream.ts')
const texts = settings(deployed.vars, `http://127.0.0.1:${upstream.port}`)
const serverOf = contenders(worker, kv, texts)
const countedOf = contenders(worker, kv, texts, startCounted)
const load = startLoad()

print(
  `CPU is user and system time of the server's process. Medians of ${plan.rounds} rounds of ${plan.seconds} s each, ` +
    'lowest and highest ratio in brackets. The load generator and the stand-in for Sign Customiser share the cores.',
)
for (const scenario of SCENARIOS.filter(({ title }) => title.includes(only))) {
  report(scenario, await measure(scenario, serverOf, load, plan))
  if (counts && scenario.contenders.includes('limit'))
    reportInstructions(
      await instructionsPerRequest(scenario, await countedOf('bridge'), load),
      await instructionsPerRequest(scenario, await countedOf('limit'), load),
    )
}
if ('outage'.includes(only)) await outage({ worker, kv }, texts, plan.waiting)
if ('capacity'.includes(only)) await capacity({ worker, kv }, texts, load, plan.rounds * plan.seconds)

print('')
if ('SHOPLINE'.includes(only)) {
  const verifier = await startWorker('shopline', { worker: shopline, kv }, {})
  const counted = counts ? await startCounted('shopline', { worker: shopline, kv }, {}) : null
  for (const kilobytes of [5, 50, 200]) {
    const { accepted, refused } = await measureVerification(verifier, kilobytes, plan.rounds)
    const title = `SHOPLINE webhook of ${kilobytes} KB over parse, sort, stringify and verify by hand`
    reportFigure(`${title}, accepted`, accepted, mostAccepted(kilobytes), '×')
    reportFigure(`${title}, refused`, refused, MOST_REFUSED, '×')
    if (!counted) continue
    const ratios = await measureVerification(counted, kilobytes, 1, instructions)
    print(`  instructions: accepted ${ratios.accepted.toFixed(2)} ×, refused ${ratios.refused.toFixed(2)} ×`)
  }
  for (const kilobytes of [256, 1_000]) {
    const { shape, ms } = await measureHostile(verifier, kilobytes, 3)
    const title = `SHOPLINE webhook of ${kilobytes} KB that costs most to refuse (${shape})`
    reportFigure(title, ms, MOST_HOSTILE_MS, 'ms')
  }
}
reportFigure('bundle, gzipped', gzippedBytes(worker) / 1024, BUNDLE_KB, 'KB')
const extra = await extraStartUp(
  () => startWorker('start-bridge', { worker, kv }, texts),
  () => startWorker('start-one-line', { worker: oneLine, kv }, texts),
  plan.starts,
)
reportFigure('start-up over a one-line handler', extra.median, START_UP_MS, 'ms')
print(`Took ${Math.round((performance.now() - began) / 1000)} s.`)
process.exit()
