import { setTimeout as sleep } from 'node:timers/promises'
import type { startLoad } from './load.ts'
import type { Plan } from './options.ts'
import type { Contender, Scenario } from './scenarios.ts'
import { cpuSeconds, type Server } from './server.ts'

/** One round's figures of one server. */
export interface Figures {
  /** User and system time of the server's process for each request, in microseconds. */
  cpu: number
  /** Requests per second. */
  rate: number
  /** Milliseconds. */
  p50: number
  p99: number
}

export type Measure = keyof Figures

/** A contender's figures, round by round. */
export interface Measured {
  name: Contender
  rounds: readonly Figures[]
}

/** How long a server may go on after its last answer before its CPU time is read, in milliseconds. */
const SETTLING_MS = 30

/**
 * Measures a scenario's servers in turn, round after round and every other round backwards, so that what else happens on the
 * machine meets them all alike.
 */
export async function measure(
  scenario: Scenario,
  serverOf: (contender: Contender) => Promise<Server>,
  load: ReturnType<typeof startLoad>,
  plan: Plan,
): Promise<Measured[]> {
  const { kind, kilobytes, connections } = scenario
  const contenders = []
  for (const name of scenario.contenders)
    contenders.push({ name, server: await serverOf(name), rounds: [] as Figures[] })
  for (const { server } of contenders)
    await load({ port: server.port, kind, kilobytes, connections, seconds: plan.warmUpSeconds })

  for (let round = 0; round < plan.rounds; round++) {
    for (const { server, rounds } of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const before = cpuSeconds(server)
      const result = await load({ port: server.port, kind, kilobytes, connections, seconds: plan.seconds })
      await sleep(SETTLING_MS)
      rounds.push({
        cpu: ((cpuSeconds(server) - before) * 1e6) / result.requests,
        rate: result.requests / result.seconds,
        p50: result.p50,
        p99: result.p99,
      })
    }
  }
  return contenders
}
