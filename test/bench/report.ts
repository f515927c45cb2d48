import type { Figures, Measure } from './rounds.ts'
import { type Contender, type Scenario, type Target, TITLES } from './scenarios.ts'
import { type Spread, spread } from './statistics.ts'

/** Prints a scenario: each server's medians, the bridge's ratio to each of the others, and how the targets fared. */
export function report(scenario: Scenario, figures: Record<Contender, Figures[]>): void {
  print(`\n${scenario.title} · ${scenario.connections} connections`)
  for (const name of scenario.contenders) print(`  ${TITLES[name].padEnd(18)}${absolute(figures[name])}`)
  for (const name of scenario.contenders) {
    if (name === 'bridge') continue
    const cpu = ratio(figures, 'cpu', name)
    const others = (['rate', 'p50', 'p99'] as const).map(
      (measure) => `${LABELS[measure]} ${ratio(figures, measure, name).median.toFixed(2)} ×`,
    )
    print(
      `  bridge : ${TITLES[name].padEnd(18)}CPU ${cpu.median.toFixed(2)} × (${range(cpu)}) · ${others.join(' · ')}`,
    )
  }
  for (const target of scenario.targets) print(`  ${verdict(figures, target)}`)
}

/** Prints a figure that stands alone beside its target. */
export function reportFigure(title: string, value: number, bound: number, unit: string): void {
  print(`${title}: ${value.toFixed(1)} ${unit} · target ≤ ${bound} ${unit}: ${outcome(bound - value)}`)
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

/** The bridge's figure over another's, round by round. */
function ratio(figures: Record<Contender, Figures[]>, measure: Measure, over: Contender): Spread {
  return spread(figures.bridge.map((ours, round) => ours[measure] / (figures[over][round]?.[measure] ?? 0)))
}

const range = ({ min, max }: Spread) => `${min.toFixed(2)}–${max.toFixed(2)}`

function verdict(figures: Record<Contender, Figures[]>, { measure, over, bound }: Target): string {
  const { median } = ratio(figures, measure, over)
  const isFloor = measure === 'rate'
  const room = isFloor ? median - bound : bound - median
  return `target ${LABELS[measure]} ${isFloor ? '≥' : '≤'} ${bound} × ${TITLES[over]}: ${outcome(room)}`
}

const outcome = (room: number) => (room >= 0 ? 'met' : `missed by ${(-room).toFixed(2)}`)
