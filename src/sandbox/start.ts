import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { lock } from './lock.ts'
import { nextSteps } from './next-steps.ts'
import { readable } from './readable.ts'
import { type Stack, type Store, startStack } from './stack.ts'
import { tellStory } from './story.ts'
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
