import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const children = new Set<ChildProcess>()

/** A folder for whatever the benchmark writes: builds, configurations, databases. */
export const folder = mkdtempSync(join(tmpdir(), 'bridge-bench-'))

/** Sees to it that a process ends with the benchmark, however that ends. */
export function endsWithUs<P extends ChildProcess>(child: P): P {
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
