import { cloudflareTest } from '@cloudflare/vitest-pool-workers'
import { defineConfig } from 'vitest/config'

/** Every setting is bound here, so that a local .dev.vars changes no test. */
const SETTINGS = {
  SIGN_CUSTOMISER_INTEGRATION_SECRET: 'integration-secret',
  SIGN_CUSTOMISER_WEBHOOK_SECRET: 'webhook-secret',
  SIGN_CUSTOMISER_API_TOKEN: 'api-token',
  STORE_API_TOKEN: 'token-of-the-store',
  SIGN_CUSTOMISER_INTEGRATION_ID: '42',
  SIGN_CUSTOMISER_API_URL: 'https://sign-customiser.test',
  CURRENCY: 'USD',
  SIGN_CUSTOMISER_CUSTOMISER_ID: '7',
  SIGN_CUSTOMISER_EMBED_URL: 'https://embed.sign-customiser.test/embed.js',
  STORE_ORIGINS: 'https://shop.test https://www.shop.test',
  EMBED_ORIGINS: 'https://designer.test',
  STORE: 'custom',
  CURRENCY_DECIMALS: '2',
  SHOPLINE_APP_SECRET: 'app-secret',
  SHOPLINE_ACCESS_TOKEN: 'access-token',
  SHOPLINE_HOOK_KEY: 'hook-key-hook-key-hook-key-hook-key',
  SHOPLINE_API_URL: 'https://shopline.test',
  SHOPLINE_MERCHANT_HANDLE: 'our-shop',
  SHOPLINE_MERCHANT_ID: '5f0bda5e4e5fca0010c81fef',
  SHOPLINE_APP_ID: '',
  SHOPLINE_ORDER_TOPICS: 'order/create',
  SHOPLINE_RELAY_WHEN: 'created',
  SHOPLINE_TOLERANCE_SECONDS: '604800',
  DEMO: 'off',
  CONSOLE_PASSWORD: 'console-password',
  EVENTS_URL: '',
  EVENTS_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  ALERT_URL: '',
  BRIDGE_URL: 'https://bridge.test',
  RELAY_TIMEOUT_SECONDS: '10',
  RELAY_FIRST_RETRY_SECONDS: '60',
  RELAY_GIVE_UP_HOURS: '72',
  RELAY_CONFIRM_SECONDS: '120',
  RELAY_LOST_ANSWERS: '6',
  RETENTION_DAYS: '90',
  MAX_BODY_BYTES: '1048576',
}

export default defineConfig({
  plugins: [
    cloudflareTest({
      verbose: false,
      wrangler: { configPath: '../wrangler.toml' },
      miniflare: {
        bindings: SETTINGS,
        outboundService: () => new Response('there is no network in tests', { status: 599 }),
      },
    }),
  ],
  test: {
    root: import.meta.dirname,
    // The Worker logs a line for each request: of interest where a test fails.
    silent: 'passed-only',
    // A machine that is busy with something else is slow, not wrong.
    testTimeout: 30_000,
    // Every test starts with an empty ledger and catalogue of its own accord: a Worker for each file would take three times as long.
    isolate: false,
    include: ['**/*.test.ts'],
    // How much is generated, and from which seed: see size.ts.
    provide: {
      runs: Number(process.env.RUNS ?? 1_500),
      seed: Number(process.env.SEED ?? Date.now() % 1_000_000),
    },
    exclude: ['node/**', 'browser/**', 'faults/**'],
  },
})
