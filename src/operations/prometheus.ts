/** A metric in Prometheus' text format, version 0.0.4. */
export interface Family {
  name: string
  type: 'gauge' | 'counter' | 'histogram'
  help: string
  samples: readonly Sample[]
}

interface Sample {
  /** The parts of a histogram have names of their own. */
  suffix?: '_bucket' | '_sum' | '_count'
  labels?: Readonly<Record<string, string>>
  value: number
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function prometheusText(families: readonly Family[]): string {
  return families.map(familyText).join('')
}

const familyText = ({ name, type, help, samples }: Family) =>
  [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(({ suffix = '', labels = {}, value }) => `${name}${suffix}${labelText(labels)} ${value}`),
  ]
    .map((line) => `${line}\n`)
    .join('')

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** An event's topic is the sender's text. */
const escaped = (value: string) =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
