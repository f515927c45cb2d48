import type { Figures, Measure, Measured } from './rounds.ts'
import { type Contender, type Scenario, type Target, TITLES } from './scenarios.ts'
import { type Spread, spread } from './statistics.ts'

/** Prints a scenario: each server's medians, the first's ratio to each of the others, and how the targets fared. */
export function report({ title, connections, targets }: Scenario, measured: readonly Measured[]): void {
  print(`\n${title} · ${connections} connections`)
  for (const { name, rounds } of measured) print(`  ${TITLES[name].padEnd(18)}${absolute(rounds)}`)
  const [subject, ...others] = measured
  if (!subject) return
  for (const other of others) {
    const cpu = ratio(subject, other, 'cpu')
    const rest = (['rate', 'p50', 'p99'] as const).map(
      (measure) => `${LABELS[measure]} ${ratio(subject, other, measure).median.toFixed(2)} ×`,
    )
    const names = `${TITLES[subject.name]} : ${TITLES[other.name]}`
    print(`  ${names.padEnd(32)}CPU ${cpu.median.toFixed(2)} × (${range(cpu)}) · ${rest.join(' · ')}`)
  }
  for (const target of targets) {
    const other = others.find(({ name }) => name === target.over)
    if (other) print(`  ${verdict(ratio(subject, other, target.measure).median, target)}`)
  }
}

/** Prints how many instructions a request costs the bridge and the limit. */
export function reportInstructions(bridge: number, limit: number): void {
  const each = (name: Contender, count: number) => `${TITLES[name]} ${(count / 1e6).toFixed(3)} million`
  print(
    `  instructions/request            ${(bridge / limit).toFixed(3)} × · ${each('bridge', bridge)} · ${each('limit', limit)}`,
  )
}

/** Prints a figure that stands alone beside its target. */
export function reportFigure(
  title: string,
  value: number,
  bound: number,
  unit: string,
  side: 'at most' | 'at least' = 'at most',
): void {
  const room = side === 'at most' ? bound - value : value - bound
  print(`${title}: ${value.toFixed(value < 10 ? 2 : 1)} ${unit} · target ${side} ${bound}: ${outcome(room)}`)
}

export const print = (line: string) => process.stdout.write(`${line}\n`)

const LABELS: Record<Measure, string> = { cpu: 'CPU', rate: 'requests/s', p50: 'p50', p99: 'p99' }

function absolute(rounds: readonly Figures[]): string {
  const median = (measure: Measure) => spread(rounds.map((figures) => figures[measure])).median
  return [
    `CPU ${median('cpu').toFixed(0).padStart(5)} µs/request`,
    `${median('rate').toFixed(0).padStart(6)} requests/s`,
    `p50 ${median('p50').toFixed(1).padStart(5)} ms`,
    `p99 ${median('p99').toFixed(1).padStart(5)} ms`,
  ].join(' · ')
}

/** One contender's figure over another's, round by round. */
const ratio = (subject: Measured, other: Measured, measure: Measure): Spread =>
  spread(subject.rounds.map((figures, round) => figures[measure] / (other.rounds[round]?.[measure] ?? 0)))

const range = ({ min, max }: Spread) => `${min.toFixed(2)}–${max.toFixed(2)}`

function verdict(median: number, { measure, over, bound }: Target): string {
  const isFloor = measure === 'rate'
  const room = isFloor ? median - bound : bound - median
  return `target ${LABELS[measure]} ${isFloor ? '≥' : '≤'} ${bound} × ${TITLES[over]}: ${outcome(room)}`
}

const outcome = (room: number) => (room >= 0 ? 'met' : `missed by ${(-room).toFixed(2)}`)
