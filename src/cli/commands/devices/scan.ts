import type { Finding } from '../../../hal/scan/finding.ts'
import type { DeviceScan } from '../../../node/api/operations.ts'
import type { WorldChoice } from '../../../node/choose-world.ts'
import { type Context, defineCommand } from '../../command-line/command.ts'
import { DONE, FAILED } from '../../command-line/exit-status.ts'
import { runningNode } from '../../command-line/running-node.ts'
import { seedOf, simulatedOption } from '../../command-line/simulated-option.ts'
import { loadNodeConfig } from '../../load-config.ts'
import type { Style } from '../../terminal/ansi-style.ts'
import { table } from '../../terminal/table.ts'
import { proposalLines } from '../../views/proposal-lines.ts'

/** The chips of a simulated machine without configured sensors. */
const SIMULATED_BOARD = [
  '{ type: bh1750, name: light, address: 0x23 }',
  '{ type: sht4x, name: climate, address: 0x44 }',
  '{ type: tmp102, name: air, address: 0x48 }',
  '{ type: ads1115, name: inputs, address: 0x49 }',
  '{ type: scd4x, name: co2, address: 0x62 }',
  '{ type: bme280, name: weather, address: 0x76 }'
]

export const scan = defineCommand({
  name: 'scan',
  summary: 'find chips on the buses and in the kernel, with lines for kith.yaml',
  options: {
    simulated: simulatedOption,
    yaml: { kind: 'flag', summary: 'print only the lines for kith.yaml' }
  },
  positionals: [
    { name: 'BUS', many: true, summary: 'buses to scan (default: those of kith.yaml, and i2c-1)' }
  ],
  example: 'kith devices scan',
  async run(context) {
    const { home, environment, options, json, terminal } = context
    const { config, provenance } = await loadNodeConfig({ home, environment })
    const { findings, skipped } = await scanned(context)
    const written = (key: string): boolean =>
      provenance.some(({ path, origin }) => origin.kind === 'file' && path.startsWith(`${key}.`))
    const lines = proposalLines(findings, { hasSensors: config.sensors.length > 0, hasTime: written('time') })
    if (json) terminal.json({ findings, skipped, lines })
    else if (options.yaml === true) terminal.lines(lines)
    else show(findings, lines, config.sensors.length > 0, context)
    if (!json && skipped.length > 0)
      terminal.remark(`kith: not scanned: ${skipped.join(', ')}; name a bus to scan it`)
    return findings.some(({ kind }) => kind !== 'failed') ? DONE : FAILED
  }
})

/** A running node scans its buses itself: a bus has one owner. */
async function scanned(context: Context): Promise<DeviceScan> {
  const { home, environment, options, positionals, signal } = context
  const seed = seedOf(options['simulated'] as string | true | undefined, 'kith devices scan')
  const buses = [...positionals]
  const node = seed === undefined ? await runningNode(context) : undefined
  if (node !== undefined) return await node.devicesScan({ buses }, signal)
  const { config, outside } = await loadNodeConfig({ home, environment })
  const { scanDevices } = await import('../../../node/sensors/scan-devices.ts')
  const world = seed === undefined ? 'linux' : await simulatedBoard(context, seed)
  return await scanDevices({ config, world, devices: outside.devices, buses, signal })
}

/** A world with the configured chips, or with a board of several if none is configured. */
async function simulatedBoard({ home, environment }: Context, seed: number): Promise<WorldChoice> {
  const [{ config, outside }, { chooseWorld }] = await Promise.all([
    loadNodeConfig({ home, environment }),
    import('../../../node/choose-world.ts')
  ])
  const choice = { simulated: seed, models: outside.models }
  if (config.sensors.length > 0) return choice
  const flag = { path: 'sensors', value: `[${SIMULATED_BOARD.join(', ')}]`, flag: '--simulated' }
  const clock = { path: 'time.rtc.type', value: 'ds3231', flag: '--simulated' }
  return await chooseWorld(choice, (await loadNodeConfig({ home, environment, flags: [flag, clock] })).config)
}

const styles: Readonly<Record<Finding['kind'], Style>> = {
  sure: 'green',
  file: 'green',
  maybe: 'yellow',
  kernel: 'dim',
  unknown: 'yellow',
  absent: 'red',
  failed: 'red'
}

function show(
  findings: readonly Finding[],
  lines: readonly string[],
  hasSensors: boolean,
  { terminal }: Context
): void {
  const columns = [{ title: 'PLACE' }, { title: 'TYPE' }, { title: '' }, { title: 'DESCRIPTION' }] as const
  const rows = findings.map(({ place, type = '–', kind, configured, conflict, reason }) => [
    { text: place },
    { text: type, style: 'bold' } as const,
    { text: kind === 'file' ? '' : kind, style: styles[kind] },
    { text: configured === undefined ? reason : configuredText(configured, conflict) }
  ])
  terminal.lines(table(columns, rows, { width: terminal.width, ansi: terminal.ansi }))
  if (lines.length === 0) terminal.remark('kith: kith.yaml has everything that was found')
  else terminal.lines(['', `# for kith.yaml${hasSensors ? ', below sensors' : ''}:`, ...lines])
}

function configuredText(name: string, conflict: string | undefined): string {
  return conflict === undefined ? `configured as ${name}` : `configured as ${name}, but ${conflict}`
}
