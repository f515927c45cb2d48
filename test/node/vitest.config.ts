import { defineConfig } from 'vitest/config'

/** What needs a machine rather than a Worker: the commands as a merchant runs them, and the generated files. */
export default defineConfig({
  cacheDir: '../../node_modules/.vite',
  test: {
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    testTimeout: 240_000,
    hookTimeout: 120_000,
    // Each starts a Worker of its own; two at once on two cores are slower than one after the other.
    fileParallelism: false,
  },
})
