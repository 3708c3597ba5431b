/**
 * Measurements for monitoring, in the text form of OpenMetrics 1.0 (prometheus.io/docs/specs/om), which
 * Prometheus reads as well.
 */
export interface MetricFamily {
  /** `[a-z_]+`; ends with `_<unit>` where there is one, never with `_total` or `_info`, which samples get. */
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'info'
  readonly unit?: string
  readonly help: string
  readonly samples: readonly Sample[]
}

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

const suffixes = { counter: '_total', gauge: '', info: '_info' } as const

/** The lines of a whole exposition. A family without samples is left out, a label without text as well. */
export function openMetrics(families: readonly MetricFamily[]): string[] {
  return [...families.filter(({ samples }) => samples.length > 0).flatMap(familyLines), '# EOF']
}

function familyLines({ name, type, unit, help, samples }: MetricFamily): string[] {
  return [
    `# TYPE ${name} ${type}`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${escaped(help)}`,
    ...samples.map(({ labels = {}, value }) => `${name}${suffixes[type]}${labelText(labels)} ${value}`)
  ]
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).filter(([, text]) => text !== '')
  return pairs.length === 0 ? '' : `{${pairs.map(([name, text]) => `${name}="${escaped(text)}"`).join(',')}}`
}

/** A line must stay one line, and a quoted text one text. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}
