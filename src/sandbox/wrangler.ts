import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { LOOPBACK } from './serve.ts'
import { Trouble } from './trouble.ts'

/** Where `wrangler.toml` is. */
export const ROOT = join(import.meta.dirname, '../..')

interface WranglerOptions {
  port: number
  /** Holds the secrets. Given one, wrangler reads neither `.dev.vars` nor `.env`. */
  envFile: string
  /** Where KV and the ledger are kept. */
  state: string
  /** These win over `wrangler.toml` and the env file. They stand on a command line, so no secret may be among them. */
  settings: Record<string, string>
  /** Takes each line that wrangler prints once the Worker is ready. */
  onLine: (line: string) => void
}

export interface Wrangler {
  /** Settles when it has ended, by itself or stopped. */
  ended: Promise<void>
  stop(): Promise<void>
}

const READY_SECONDS = 90
const STOP_SECONDS = 5

/** Starts the Worker under `wrangler dev`, offline, and waits until it answers. */
export async function wranglerDev(options: WranglerOptions): Promise<Wrangler> {
  const vars = Object.entries(options.settings).flatMap(([name, value]) => ['--var', `${name}:${value}`])
  const child = spawn(
    process.execPath,
    [
      ...[join(ROOT, 'node_modules/wrangler/bin/wrangler.js'), 'dev'],
      ...['--ip', LOOPBACK, '--port', `${options.port}`, '--inspector-port', '0'],
      ...['--env-file', options.envFile, '--persist-to', options.state],
      // A fault's stack trace, which is part of a log line, has its names.
      ...['--minify=false', '--show-interactive-dev-session=false', ...vars],
    ],
    // A process group of its own, so that wrangler and its workerd can be ended together.
    { cwd: ROOT, env: quiet(process.env), stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  )
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const kill = () => signal(child, 'SIGTERM')
  process.once('exit', kill)
  void ended.then(() => process.off('exit', kill))
  const stop = () => end(child, ended)
  try {
    await ready(child, options.onLine)
  } catch (error) {
    await stop()
    throw error
  }
  return { ended, stop }
}

/**
 * The environment without what would change wrangler's mind, and with what keeps it offline and quiet.
 *
 * Settings that are lying around in the environment are not for this Worker.
 */
const quiet = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(CLOUDFLARE|WRANGLER|CF)_/.test(name)),
  ),
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_WRITE_LOGS: 'false',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  CLOUDFLARE_INCLUDE_PROCESS_ENV: 'false',
  CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV: 'true',
  X_LOCAL_EXPLORER: 'false',
  X_LOCAL_OBSERVABILITY: 'false',
  NO_COLOR: '1',
  FORCE_COLOR: '0',
})

function ready(child: ChildProcess, onLine: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let isReady = false
    const said: string[] = []
    const fail = (what: string) => reject(new Trouble(`${what} It said:\n${said.join('\n')}`))
    const limit = setTimeout(
      () => fail(`wrangler was not ready within ${READY_SECONDS} seconds.`),
      READY_SECONDS * 1000,
    )
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue
      createInterface({ input: stream }).on('line', (line) => {
        if (isReady) return onLine(line)
        said.push(line)
        if (!line.includes('Ready on ')) return
        isReady = true
        clearTimeout(limit)
        resolve()
      })
    }
    child.once('error', reject)
    child.once('close', () => {
      clearTimeout(limit)
      fail('wrangler ended before the Worker was ready.')
    })
  })
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  signal(child, 'SIGTERM')
  const limit = setTimeout(() => signal(child, 'SIGKILL'), STOP_SECONDS * 1000)
  await ended
  clearTimeout(limit)
}

/** Signals the process group, unless its leader has ended. */
function signal({ pid, exitCode, signalCode }: ChildProcess, name: 'SIGTERM' | 'SIGKILL'): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, name)
}
