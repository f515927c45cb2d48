import { join } from 'node:path'
import { freePort } from './ports.ts'
import { sandbox } from './sandbox.ts'
import { localSecrets } from './secrets.ts'
import { close, LOOPBACK, serve } from './serve.ts'
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
  EVENTS_URL: '',
  ALERT_URL: '',
  BRIDGE_URL: bridgeUrl,
  SIGN_CUSTOMISER_CUSTOMISER_ID: '7',
  DEMO: 'sandbox',
  RELAY_FIRST_RETRY_SECONDS: '4',
  RELAY_CONFIRM_SECONDS: '10',
})
