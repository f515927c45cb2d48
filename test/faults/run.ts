import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'

/** Each part ends by then, whatever happens, in milliseconds; more runs have more time. */
const LONGEST_MS = 15 * 60_000
const LONGEST_PER_RUN_MS = 20

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
  },
})
const runs = whole('runs', values.runs)
const seed = whole('seed', values.seed)

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
/** What is run, in this order. */
const parts = [
  {
    title: 'the built Worker, killed and flooded',
    args: ['--test', 'test/faults/*.test.ts', 'test/node/flood.ts'],
  },
  {
    title: `${runs} hostile requests, faults, outage, model`,
    args: [
      vitest,
      ...['run', '--config', 'test/vitest.config.ts'],
      ...['hostile/', 'journeys/faults', 'journeys/long-outage', 'ledger/model'],
    ],
  },
]

const results: string[] = []
for (const { title, args } of parts) {
  const began = Date.now()
  const passed = await run(args)
  if (!passed) process.exitCode = 1
  results.push(`${passed ? 'passed' : 'FAILED'}  ${title}, ${Math.round((Date.now() - began) / 1000)} s`)
}
console.log(`\n${results.join('\n')}\nAgain the same: npm run test:faults -- --runs ${runs} --seed ${seed}`)

function whole(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text)
  console.error(`--${name} must be a whole number above 0`)
  process.exit(2)
}

/** Says whether the command succeeded in its time. */
function run(args: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, args, {
    stdio: 'inherit',
    env: { ...process.env, RUNS: `${runs}`, SEED: `${seed}` },
    timeout: LONGEST_MS + runs * LONGEST_PER_RUN_MS,
  })
  return new Promise((resolve) => child.once('close', (code) => resolve(code === 0)))
}
