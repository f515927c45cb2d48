import { type ChildProcess, spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

export const ROOT = join(import.meta.dirname, '../..')

/** Copies the project, without what git ignores, to a folder that is gone after the test. */
export async function copyProject(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'sign-customiser-bridge-test-'))
  onTestFinished(() => rm(copy, { recursive: true, force: true, maxRetries: 5 }))
  for (const name of ['src', 'package.json', 'tsconfig.json', 'wrangler.toml', '.dev.vars.example'])
    await cp(join(ROOT, name), join(copy, name), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

/** Replaces text in a file of a copy. */
export async function edit(file: string, from: string | RegExp, to: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace(from, to))
}

/** A command that runs, or has run: what it printed so far, line by line. */
export interface Running {
  child: ChildProcess
  lines: string[]
  errors: string[]
  /** Settles with the exit code once it has ended and all it printed is there. */
  exit: Promise<number | null>
  /** Waits for a line that was or will be printed; fails when the command ends without it. */
  printed(pattern: RegExp): Promise<string>
}

/** Runs npm in a folder. Whatever it started is ended with the test. */
export function npm(folder: string, args: string[], environment: Record<string, string> = {}): Running {
  const child = spawn('npm', args, { cwd: folder, env: { ...process.env, ...environment } })
  const lines: string[] = []
  const errors: string[] = []
  const waiting = new Set<() => void>()
  const take = (list: string[]) => (line: string) => {
    list.push(line)
    for (const look of waiting) look()
  }
  createInterface({ input: child.stdout }).on('line', take(lines))
  createInterface({ input: child.stderr }).on('line', take(errors))
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve))
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await exit
  })
  return {
    child,
    lines,
    errors,
    exit,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const line = lines.find((line) => pattern.test(line))
          if (line === undefined) return
          waiting.delete(look)
          resolve(line)
        }
        waiting.add(look)
        look()
        void exit.then(() =>
          reject(new Error(`${pattern} was not printed:\n${[...lines, ...errors].join('\n')}`)),
        )
      }),
  }
}
