import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { endsWithUs } from './leftovers.ts'

/** A server under measurement: one process, listening on loopback. */
export interface Server {
  name: string
  port: number
  child: ChildProcess
}

const TICKS_PER_SECOND = 100

/** The CPU time that a server has used so far, in seconds: user and system time, all threads. */
export function cpuSeconds({ child, name }: Server): number {
  if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${name} has ended`)
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
  // The second field is the program's name in brackets, which may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** Runs a server of this folder under Node; it sends its port when it listens. */
export async function startNode(
  name: string,
  file: string,
  texts: Record<string, string> = {},
): Promise<Server> {
  const child = endsWithUs(
    fork(join(import.meta.dirname, file), {
      env: { NODE_ENV: 'production', NODE_NO_WARNINGS: '1', ...texts },
    }),
  )
  const [port] = await once(child, 'message')
  return { name, port: Number(port), child }
}

export async function stop({ child }: Server): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
