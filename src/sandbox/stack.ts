import { randomBytes } from 'node:crypto'
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import { sandbox } from './sandbox.ts'
import { close, LOOPBACK, serve } from './serve.ts'
import { Trouble } from './trouble.ts'
import { type Wrangler, wranglerDev } from './wrangler.ts'

export type Store = 'custom' | 'shopline'

export interface StackOptions {
  /** Whose store the bridge serves: with `shopline` the sandbox stands in for SHOPLINE too. */
  store?: Store
  /** Holds the secrets in `env` and what is kept between runs in `state`. */
  directory: string
  /** 0 picks a free one. */
  bridgePort: number
  sandboxPort: number
  /** Further settings, which win over those of the sandbox. They stand on a command line: no secrets. */
  settings?: Record<string, string>
  /** Takes each line that the Worker, or wrangler for it, prints. */
  onLine?: (line: string) => void
}

/** A bridge and the sandbox that it takes for Sign Customiser. */
export interface Stack {
  store: Store
  bridgeUrl: string
  sandboxUrl: string
  /** What the store's backend presents as a Bearer token. */
  storeToken: string
  /** Opens the console to the user `operator`. */
  consolePassword: string
  /** Settles when the Worker has ended, by itself or stopped. */
  ended: Promise<void>
  stop(): Promise<void>
}

const INTEGRATION_ID = 42
const MERCHANT_HANDLE = 'sandbox-shop'
const MERCHANT_ID = '5f0bda5e4e5fca0010c81fef'
const APP_ID = '6139d3970c0972001cf52180'

/**
 * Starts the sandbox and the Worker, both on loopback, each knowing the other. Throws `Trouble` when it can't.
 *
 * Whatever `wrangler.toml` says, the Worker is given this sandbox's address, so no order leaves this machine.
 */
export async function startStack({
  store = 'custom',
  directory,
  settings = {},
  onLine = () => {},
  ...ports
}: StackOptions): Promise<Stack> {
  const bridgePort = await freePort(ports.bridgePort, '--bridge-port')
  const sandboxPort = await freePort(ports.sandboxPort, '--sandbox-port')
  const bridgeUrl = `http://${LOOPBACK}:${bridgePort}`
  const sandboxUrl = `http://${LOOPBACK}:${sandboxPort}`
  const envFile = join(directory, 'env')
  const secrets = await localSecrets(envFile)

  const app = sandbox({
    apiToken: secrets.SIGN_CUSTOMISER_API_TOKEN,
    integrationId: INTEGRATION_ID,
    integrationSecret: secrets.SIGN_CUSTOMISER_INTEGRATION_SECRET,
    createProductUrl: `${bridgeUrl}/sign-customiser/products`,
    events: {
      url: `${bridgeUrl}/sign-customiser/webhooks`,
      secret: secrets.SIGN_CUSTOMISER_WEBHOOK_SECRET,
    },
    shopline: {
      appSecret: secrets.SHOPLINE_APP_SECRET,
      appId: APP_ID,
      merchantId: MERCHANT_ID,
      accessToken: secrets.SHOPLINE_ACCESS_TOKEN,
      handle: MERCHANT_HANDLE,
      webhooksUrl: `${bridgeUrl}/shopline/webhooks`,
    },
  })
  const server = await serve(app, sandboxPort)
  let wrangler: Wrangler
  try {
    const state = join(directory, 'state')
    wrangler = await wranglerDev({
      port: bridgePort,
      envFile,
      state,
      settings: { ...localSettings(bridgeUrl, sandboxUrl, store), ...settings },
      onLine,
    })
  } catch (error) {
    await close(server)
    throw error
  }
  return {
    store,
    bridgeUrl,
    sandboxUrl,
    storeToken: secrets.STORE_API_TOKEN,
    consolePassword: secrets.CONSOLE_PASSWORD,
    ended: wrangler.ended,
    async stop() {
      await wrangler.stop()
      await close(server)
    },
  }
}

/**
 * What the Worker is told, whatever `wrangler.toml` says: every setting that names a place to send to or to load from is on
 * loopback or empty. Retries come sooner than in earnest, to be seen.
 */
export const localSettings = (
  bridgeUrl: string,
  sandboxUrl: string,
  store: Store,
): Record<string, string> => ({
  SIGN_CUSTOMISER_API_URL: sandboxUrl,
  SIGN_CUSTOMISER_EMBED_URL: `${sandboxUrl}/sign-customiser-embed.js`,
  SIGN_CUSTOMISER_INTEGRATION_ID: `${INTEGRATION_ID}`,
  STORE: store,
  SHOPLINE_API_URL: sandboxUrl,
  SHOPLINE_MERCHANT_HANDLE: MERCHANT_HANDLE,
  SHOPLINE_MERCHANT_ID: MERCHANT_ID,
  EVENTS_URL: '',
  ALERT_URL: '',
  BRIDGE_URL: bridgeUrl,
  SIGN_CUSTOMISER_CUSTOMISER_ID: '7',
  DEMO: 'sandbox',
  RELAY_FIRST_RETRY_SECONDS: '4',
  RELAY_CONFIRM_SECONDS: '10',
})

/** The secrets of a local bridge. None of them is known anywhere else. */
const NAMES = [
  'SIGN_CUSTOMISER_INTEGRATION_SECRET',
  'SIGN_CUSTOMISER_WEBHOOK_SECRET',
  'SIGN_CUSTOMISER_API_TOKEN',
  'STORE_API_TOKEN',
  'SHOPLINE_APP_SECRET',
  'SHOPLINE_ACCESS_TOKEN',
  'SHOPLINE_HOOK_KEY',
  'CONSOLE_PASSWORD',
] as const

type Secrets = Record<(typeof NAMES)[number], string>

/** Reads the secrets from an env file that only its owner may read; those that it lacks are made up and added. */
async function localSecrets(file: string): Promise<Secrets> {
  await mkdir(dirname(file), { recursive: true })
  await appendFile(file, '', { mode: 0o600 })
  const known = parseEnv(await readFile(file, 'utf8'))
  const made = NAMES.filter((name) => !known[name]).map((name) => [name, randomBytes(16).toString('hex')])
  await appendFile(file, made.map(([name, value]) => `${name}=${value}\n`).join(''))
  return { ...known, ...Object.fromEntries(made) } as Secrets
}

/**
 * Makes sure that a port is free, or finds one for port 0. Whoever listens a moment later may still come second.
 *
 * `flag` is how another port is chosen: a busy one is named together with it.
 */
export async function freePort(port: number, flag: string): Promise<number> {
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, LOOPBACK, resolve)
    })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    const why = error.code === 'EADDRINUSE' ? 'is in use: end what uses it, or' : 'may not be used:'
    throw new Trouble(
      `Port ${port} ${why} choose another with \`npm start -- ${flag} ${port < 1024 ? 9000 : port + 10}\`.`,
    )
  }
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a listening server has no port')
  await new Promise((resolve) => server.close(resolve))
  return address.port
}
