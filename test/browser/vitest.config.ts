import { defineConfig } from 'vitest/config'

/** Runs in Node and drives Debian's chromium against a Worker under `wrangler dev`: `npm run test:browser`. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    globalSetup: ['setup.ts'],
    // One Worker, one ledger, one shop: one file after the other.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
