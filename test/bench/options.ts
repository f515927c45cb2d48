import { parseArgs } from 'node:util'
import { hasValgrind } from './instructions.ts'

/**
 * How long to measure. Seconds are of load on one server, for one scenario, in one round: many short rounds, since what else
 * runs on the machine comes and goes.
 */
export interface Plan {
  rounds: number
  seconds: number
  warmUpSeconds: number
  starts: number
  /** How many orders wait out the outage. */
  waiting: number
}

const DEFAULT: Plan = { rounds: 15, seconds: 0.4, warmUpSeconds: 3, starts: 15, waiting: 2000 }
const QUICK: Plan = { rounds: 2, seconds: 0.15, warmUpSeconds: 0.1, starts: 2, waiting: 60 }

/**
 * `--quick` is a smoke test whose figures say little, `--only` takes the scenarios whose title holds a text, `--rounds` and
 * `--seconds` measure longer, as a busy machine needs. `--instructions` counts instructions too, by valgrind.
 */
export function readOptions(): { plan: Plan; only: string; counts: boolean } {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      instructions: { type: 'boolean', default: false },
    },
  })
  if (values.instructions && !hasValgrind())
    stop('--instructions needs valgrind, which is not installed: apt-get install valgrind')
  const plan = values.quick ? QUICK : DEFAULT
  return {
    plan: {
      ...plan,
      rounds: Math.ceil(above0('rounds', values.rounds ?? `${plan.rounds}`)),
      seconds: above0('seconds', values.seconds ?? `${plan.seconds}`),
    },
    only: values.only,
    counts: values.instructions,
  }
}

function above0(name: string, text: string): number {
  const value = Number(text)
  if (value > 0 && Number.isFinite(value)) return value
  return stop(`--${name} must be a number above 0`)
}

function stop(why: string): never {
  process.stderr.write(`${why}\n`)
  process.exit(2)
}
