/** Metrics in the text format of OpenMetrics 1.0 (prometheus.io/docs/specs/om), which Prometheus reads. */
export interface MetricFamily {
  /** `[a-z_]+`; ends with `_<unit>` if there is one; `_total` and `_info` are added to samples. */
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

/** A whole exposition. Families without samples and labels without text are omitted. */
export function openMetrics(families: readonly MetricFamily[]): string {
  const lines = families.filter(({ samples }) => samples.length > 0).flatMap(familyLines)
  return [...lines, '# EOF', ''].join('\n')
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

/** Escapes of OpenMetrics section 'escaping': backslash, line feed, double quote. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}
