import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, stripVTControlCharacters } from 'node:util'
import type { LogLine } from '../log.ts'
import { type Stack, type Store, startStack } from './stack.ts'
import { nextSteps, tellStory } from './story.ts'
import { Trouble } from './trouble.ts'
import { ROOT } from './wrangler.ts'

const tell = (line: string) => console.log(line)

let stack: Stack | null = null

let leaving: Promise<never> | null = null

/** Ends the process after what it has started; the first code given counts. */
function leave(code: number): Promise<never> {
  const stopped = Promise.resolve(stack?.stop())
  leaving ??= stopped.then(() => process.exit(code))
  return leaving
}

/** `npm start`: bridge and sandbox on this machine, one design and one order through them; stays up until it is ended. */
async function stay(bridgePort: number, sandboxPort: number): Promise<void> {
  let isTold = false
  const onLine = (line: string) => {
    const text = isTold ? readable(line) : null
    if (text !== null) tell(text)
  }
  tell('Starting the bridge and a stand-in for Sign Customiser …')
  const directory = join(ROOT, '.sandbox')
  mkdirSync(directory, { recursive: true })
  lock(join(directory, 'lock'))
  stack = await startStack({ store: store(), directory, bridgePort, sandboxPort, onLine })
  introduce(stack)
  const told = await tellStory(stack, tell)
  tell(nextSteps(stack, told))
  isTold = true
  await stack.ended
  if (!leaving) throw new Trouble('wrangler has ended by itself.')
}

/** `npm start -- --once`: the same with ports, secrets and storage of its own, which are gone afterwards. */
async function once(bridgePort: number, sandboxPort: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'sign-customiser-bridge-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }))
  stack = await startStack({ store: store(), directory, bridgePort, sandboxPort })
  introduce(stack)
  await tellStory(stack, tell)
  tell('\nThe design became a product ID and the order arrived. `npm start` keeps it running.')
}

const introduce = ({ bridgeUrl, sandboxUrl }: Stack) =>
  tell(`
  bridge   ${bridgeUrl}   the Worker, with KV and ledger on this machine
  sandbox  ${sandboxUrl}   stands in for Sign Customiser: nothing here reaches the real one
`)

/** `STORE=shopline npm start` shows the way of a SHOPLINE store. */
function store(): Store {
  const { STORE = 'custom' } = process.env
  if (STORE === 'custom' || STORE === 'shopline') return STORE
  throw new Trouble(`STORE is ${STORE}: it may be custom or shopline.`)
}

function port(text: string): number {
  const value = Number(text)
  if (/^\d{1,5}$/.test(text) && value <= 65_535) return value
  throw new Trouble(`${text} is no port: give a number up to 65535, or 0 for any free one.`)
}

function options() {
  try {
    const flags = {
      once: { type: 'boolean' },
      'bridge-port': { type: 'string' },
      'sandbox-port': { type: 'string' },
    } as const
    return parseArgs({ options: flags }).values
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new Trouble(
      `${error.message.split('.')[0]}. Use: npm start -- [--once] [--bridge-port N] [--sandbox-port N]`,
    )
  }
}

function whenAsked(stop: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, stop)
}

/**
 * Takes a folder for this process, until it ends. Two Workers over one ledger would each take the other's sends for lost.
 *
 * Throws `Trouble` while another process has it; one that was killed has it no more.
 */
function lock(file: string): void {
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

/** What wrangler says besides: its own line for each request, and decoration around warnings. */
const NOISE = /^\s*$|^\[wrangler:info\]|^⎔|^▲ \[WARNING\] Scheduled Workers/

/** A line of the Worker's JSON log for people; other lines as they are; null when there is nothing to show. */
function readable(coloured: string): string | null {
  const printed = stripVTControlCharacters(coloured)
  const start = printed.indexOf('{"event":')
  if (start === -1) return NOISE.test(printed) ? null : printed
  const line: LogLine = JSON.parse(printed.slice(start, printed.lastIndexOf('}') + 1))
  const { event, request_id: _, method, route, status, duration_ms, stack, ...facts } = line
  const words = [
    event.padEnd(8),
    method,
    route,
    status,
    ...Object.entries(facts).map(([name, value]) => (value === null ? null : `${name}=${value}`)),
    duration_ms === undefined ? null : `${duration_ms} ms`,
  ]
  const text = words.filter((word) => word !== null && word !== undefined).join(' ')
  return stack ? `${text}\n${stack}` : text
}

try {
  const chosen = options()
  if (chosen.once) {
    whenAsked(() => void leave(130))
    await once(port(chosen['bridge-port'] ?? '0'), port(chosen['sandbox-port'] ?? '0'))
  } else {
    whenAsked(() => {
      tell('\nEnding. KV, ledger and secrets stay in .sandbox for the next time.')
      void leave(0)
    })
    await stay(port(chosen['bridge-port'] ?? '8787'), port(chosen['sandbox-port'] ?? '8788'))
  }
  await leave(0)
} catch (error) {
  if (!leaving) console.error(error instanceof Trouble ? error.message : error)
  await leave(1)
}
