import { writeValue } from '../../config/yaml/value.ts'
import type { Finding, Proposal } from '../../hal/scan/finding.ts'
import { formatAddress } from '../../units.ts'

export interface ProposalContext {
  /** Whether the configuration has the key `sensors`, so that the lines go below it. */
  readonly hasSensors: boolean
  readonly hasTime: boolean
}

/** The lines for kith.yaml that configure the chips that were found and are not configured yet. */
export function proposalLines(
  findings: readonly Finding[],
  { hasSensors, hasTime }: ProposalContext
): string[] {
  const open = findings.filter(({ configured }) => configured === undefined)
  const sensors = open.flatMap((finding) => (finding.proposal?.as === 'sensor' ? sensorLines(finding) : []))
  // A node has one clock chip.
  const clock = open.find(({ proposal }) => proposal?.as === 'rtc')
  return [
    ...(sensors.length === 0 || hasSensors ? [] : ['sensors:']),
    ...sensors,
    ...(clock === undefined ? [] : clockLines(clock, hasTime))
  ]
}

function sensorLines({ proposal, others = [] }: Finding): string[] {
  if (proposal === undefined) return []
  const [first = '', ...rest] = entriesOf(proposal, { type: proposal.type, name: proposal.name })
  const options = Object.entries(proposal.options ?? {}).map(
    ([key, value]) => `  ${key}: ${writeValue(value)}`
  )
  const lines = [...rest, ...(options.length === 0 ? [] : ['options:', ...options])]
  return [`  - ${first}`, ...[...lines, ...others.map(alternative)].map((line) => `    ${line}`)]
}

function clockLines({ proposal, others = [] }: Finding, hasTime: boolean): string[] {
  if (proposal === undefined) return []
  const lines = [...entriesOf(proposal, { type: proposal.type }), ...others.map(alternative)]
  const all = ['time:', '  rtc:', ...lines.map((line) => `    ${line}`)]
  return hasTime ? all.map((line) => `# ${line}`) : all
}

function entriesOf({ bus, address }: Proposal, words: Readonly<Record<string, string>>): string[] {
  return [
    ...Object.entries(words).map(([key, value]) => `${key}: ${writeValue(value)}`),
    ...(bus === undefined ? [] : [`bus: ${writeValue(bus)}`]),
    ...(address === undefined ? [] : [`address: ${formatAddress(address)}`])
  ]
}

function alternative({ type, tell }: NonNullable<Finding['others']>[number]): string {
  return tell === undefined ? `# or type: ${type}` : `# or type: ${type}, where ${tell}`
}
