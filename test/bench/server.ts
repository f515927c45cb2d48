import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { endsWithUs } from './leftovers.ts'

/** A server under measurement: one process, listening on loopback. */
export interface Server {
  name: string
  port: number
  child: ChildProcess
}

/**
 * The CPU time that a server has used so far, in seconds: user and system time of all its threads. It is what
 * `/proc/<pid>/stat` says in hundredths of a second, from where the kernel has it in nanoseconds.
 */
export function cpuSeconds({ child, name }: Server): number {
  if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${name} has ended`)
  const tasks = `/proc/${child.pid}/task`
  const nanoseconds = readdirSync(tasks).map((task) => {
    const [onCpu] = readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')
    return Number(onCpu)
  })
  return nanoseconds.reduce((total, time) => total + time, 0) / 1e9
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
