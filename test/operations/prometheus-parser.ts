/** A metric as it was read. */
export interface ReadFamily {
  type: string
  samples: { name: string; labels: Record<string, string>; value: number }[]
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const LABEL = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"`
const SAMPLE = new RegExp(
  String.raw`^(${NAME})(?:\{(${LABEL}(?:,${LABEL})*)\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$`,
)

/**
 * Reads Prometheus' text format as strictly as `promtool check metrics`: each family with HELP and TYPE before its samples and
 * in one piece, counters named `_total`, no sample twice, histograms cumulative and complete.
 */
export function parsePrometheus(text: string): Record<string, ReadFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  const families: Record<string, ReadFamily> = {}
  const seen = new Set<string>()
  let helped = ''
  let current = ''
  for (const line of text.slice(0, -1).split('\n')) {
    const help = new RegExp(`^# HELP (${NAME}) (\\S.*)$`).exec(line)
    const type = new RegExp(`^# TYPE (${NAME}) (gauge|counter|histogram)$`).exec(line)
    const sample = SAMPLE.exec(line)
    if (help?.[1]) helped = help[1]
    else if (type?.[1] && type[2]) {
      current = type[1]
      if (current !== helped || families[current]) throw new Error(`TYPE out of place: ${line}`)
      if (type[2] === 'counter' && !current.endsWith('_total'))
        throw new Error(`a counter not named _total: ${line}`)
      families[current] = { type: type[2], samples: [] }
    } else if (sample?.[1]) {
      const family = families[current]
      const suffix = sample[1].slice(current.length)
      const isPart =
        family?.type === 'histogram' ? ['_bucket', '_sum', '_count'].includes(suffix) : suffix === ''
      if (!family || !sample[1].startsWith(current) || !isPart)
        throw new Error(`a sample out of place: ${line}`)
      const key = line.slice(0, line.lastIndexOf(' '))
      if (seen.has(key)) throw new Error(`twice: ${key}`)
      seen.add(key)
      family.samples.push({ name: sample[1], labels: labelsOf(sample[2] ?? ''), value: Number(sample[3]) })
    } else throw new Error(`not a line of the format: ${line}`)
  }
  for (const [name, family] of Object.entries(families))
    if (family.type === 'histogram') checkHistogram(name, family)
  return families
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {}
  for (const [, label = '', value = ''] of text.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)) {
    if (label in labels) throw new Error(`label twice: ${label}`)
    labels[label] = value.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char))
  }
  return labels
}

function checkHistogram(name: string, { samples }: ReadFamily): void {
  const buckets = samples.filter((sample) => sample.name === `${name}_bucket`)
  const bounds = buckets.map(({ labels }) =>
    labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le),
  )
  const count = samples.find((sample) => sample.name === `${name}_count`)
  const rises = (list: number[], strictly: boolean) =>
    list.every((n, i) => i === 0 || (strictly ? n > (list[i - 1] ?? 0) : n >= (list[i - 1] ?? 0)))
  if (!rises(bounds, true)) throw new Error('bounds do not rise')
  if (
    !rises(
      buckets.map(({ value }) => value),
      false,
    )
  )
    throw new Error('buckets are not cumulative')
  if (bounds.at(-1) !== Number.POSITIVE_INFINITY || buckets.at(-1)?.value !== count?.value)
    throw new Error('no +Inf bucket, or not the count')
  if (!samples.some((sample) => sample.name === `${name}_sum`)) throw new Error('no sum')
}
