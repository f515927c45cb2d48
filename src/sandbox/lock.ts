import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Trouble } from './trouble.ts'

/**
 * Takes a folder for this process, until it ends. Two Workers over one ledger would each take the other's sends for lost.
 *
 * Throws `Trouble` while another process has it; one that was killed has it no more.
 */
export function lock(file: string): void {
  const holder = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  if (holder !== process.pid && isRunning(holder))
    throw new Trouble(`npm start is running here already, as process ${holder} (${file}): end it first.`)
  writeFileSync(file, `${process.pid}\n`)
  process.once('exit', () => rmSync(file, { force: true }))
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid < 1) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // A process of somebody else's may not be signalled, but runs.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
