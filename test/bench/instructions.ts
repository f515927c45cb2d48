import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { folder } from './leftovers.ts'
import type { startLoad } from './load.ts'
import type { Scenario } from './scenarios.ts'
import type { Server } from './server.ts'
import { spread } from './statistics.ts'
import { startWorker } from './workerd.ts'

/** V8 has compiled by then what is asked for most. */
const WARM_UP_REQUESTS = 400
const BATCHES = 11
const BATCH_REQUESTS = 20
/** In seconds: valgrind makes a Worker some fifty times slower. */
const PATIENCE = 3600

const PIPES = `--vgdb-prefix=${join(folder, 'vgdb')}`
const fileOf = (name: string) => join(folder, `${name}.callgrind`)

export const hasValgrind = () => spawnSync('valgrind', ['--version']).status === 0

/** Runs a Worker as `startWorker` does, and has its instructions counted. */
export function startCounted(
  name: string,
  modules: Parameters<typeof startWorker>[1],
  texts: Record<string, string>,
): Promise<Server> {
  const own = `${name}-counted`
  const valgrind = ['valgrind', '--tool=callgrind', `--callgrind-out-file=${fileOf(own)}`, PIPES, '--quiet']
  return startWorker(own, modules, texts, valgrind)
}

const counted = new Map<Server, { parts: number; total: number }>()

/**
 * How many instructions a server that was started by `startCounted` has executed so far, in all of its threads, those of its start
 * and of V8's compiler included.
 */
export function instructions(server: Server): number {
  const { parts, total } = counted.get(server) ?? { parts: 0, total: 0 }
  // A dump counts from the one before.
  execFileSync('vgdb', [PIPES, `--pid=${server.child.pid}`, 'dump'], { stdio: 'ignore' })
  const file = `${fileOf(server.name)}.${parts + 1}`
  const dump = readFileSync(file, 'utf8')
  rmSync(file)
  const [, since] = /^summary: (\d+)$/m.exec(dump) ?? []
  if (since === undefined) throw new Error(`valgrind told nothing of ${server.name}`)
  const now = { parts: parts + 1, total: total + Number(since) }
  counted.set(server, now)
  return now.total
}

/**
 * The instructions that one request of a scenario costs a server: the median of several batches, since V8 compiles and collects
 * garbage now and then. Over one connection, so that no request waits for another, and the bridge's time limits are far away.
 */
export async function instructionsPerRequest(
  { kind, kilobytes }: Scenario,
  server: Server,
  load: ReturnType<typeof startLoad>,
): Promise<number> {
  const send = (requests: number) =>
    load({ port: server.port, kind, kilobytes, connections: 1, seconds: PATIENCE, requests })
  await send(WARM_UP_REQUESTS)
  const costs: number[] = []
  for (let batch = 0; batch < BATCHES; batch++) {
    const before = instructions(server)
    await send(BATCH_REQUESTS)
    costs.push((instructions(server) - before) / BATCH_REQUESTS)
  }
  return spread(costs).median
}
