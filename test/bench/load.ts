import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { endsWithUs } from './leftovers.ts'
import type { Kind } from './requests.ts'

/** Load as the generator is told to make it: a closed loop of so many connections, each waiting for its answer. */
export interface Order {
  port: number
  kind: Kind
  kilobytes: number
  connections: number
  seconds: number
  /** It ends after so many, should that be sooner. */
  requests?: number
  /** The IDs of the requests count on from here. */
  firstId: number
}

/** What came of it. Latencies are in milliseconds. */
export interface Result {
  requests: number
  seconds: number
  p50: number
  p99: number
  /** The first answer with another status than expected; the run is worth nothing then. */
  wrong: string | null
}

let firstId = 1_000

/** Starts the load generator, a process of its own, so that its work is in no server's CPU time. */
export function startLoad(): (order: Omit<Order, 'firstId'>) => Promise<Result> {
  const child = endsWithUs(fork(join(import.meta.dirname, 'load-process.ts')))
  return async (order) => {
    child.send({ ...order, firstId })
    const [result] = (await once(child, 'message')) as [Result]
    if (result.wrong !== null) throw new Error(`${order.kind} ${order.kilobytes} KB: ${result.wrong}`)
    firstId += result.requests + order.connections
    return result
  }
}
