import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    runs: number
    seed: number
  }
}

/**
 * How many hostile requests are generated: few in `npm test`, 100,000 in `npm run test:faults`. The other tests that come in
 * sizes take theirs from it.
 */
export const RUNS = inject('runs')

/** What generated values begin with; a failure names it, and the same seed fails the same way. */
export const SEED = inject('seed')
