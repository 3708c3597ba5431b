import type { NodeConfig } from '../../config/schema.ts'
import { defined } from '../../defined.ts'
import type { ClockDefinition } from '../../hal/clock-chip.ts'
import type { ConfiguredChip, Finding } from '../../hal/scan/finding.ts'
import { scan } from '../../hal/scan/scan.ts'
import type { SensorDefinition } from '../../hal/sensor.ts'
import type { World } from '../../hal/world.ts'
import type { DeviceScan } from '../api/operations.ts'
import { chooseWorld, type WorldChoice } from '../choose-world.ts'

/** What is scanned. */
export interface ScanSelection {
  readonly config: NodeConfig
  readonly devices: readonly SensorDefinition[]
  /** Buses to scan; unless any is named, that of the header and those of the configuration. */
  readonly buses: readonly string[]
  readonly signal: AbortSignal
}

export interface DeviceScanInit extends ScanSelection {
  readonly world: WorldChoice
  /** External ones. */
  readonly devices: readonly SensorDefinition[]
}

/** The bus of a Raspberry Pi's header. Others may have displays and memory modules on them. */
const HEADER = 'i2c-1'

/** Scans a world, which is opened and closed again, for devices, and finds which of them are configured. */
export async function scanDevices(init: DeviceScanInit): Promise<DeviceScan> {
  const own = await import('../../../devices/index.ts')
  const world = await chooseWorld(init.world, init.config)
  try {
    const devices = [...own.devices, ...init.devices]
    return await scanWorld(world, { ...init, devices, clocks: own.clockChips })
  } finally {
    await world.close()
  }
}

/** Scans the world of a running node. The chips of its sensors are listed and not addressed: they may be measuring. */
export async function scanRunning(
  world: World,
  selection: ScanSelection & { readonly clocks: readonly ClockDefinition[] }
): Promise<DeviceScan> {
  return await scanWorld(world, { ...selection, running: true })
}

function configuredChips({ sensors, time: { rtc } }: NodeConfig): ConfiguredChip[] {
  const all = [...sensors, ...(rtc.type === 'none' ? [] : [{ ...rtc, name: 'time.rtc' }])]
  return all.flatMap(({ name, type, bus, address }) =>
    bus === undefined || address === undefined ? [] : [{ name, type, bus, address }]
  )
}

async function scanWorld(
  world: World,
  selection: ScanSelection & { readonly clocks: readonly ClockDefinition[]; readonly running?: boolean }
): Promise<DeviceScan> {
  const { config, buses, ...common } = selection
  const present = await world.buses.list()
  const scanned = buses.length > 0 ? buses : usualBuses(present, config, world.kind)
  const findings = await scan({
    ...common,
    world,
    buses: scanned,
    muxChannels: config.buses,
    names: config.sensors.map(({ name }) => name),
    configured: configuredChips(config)
  })
  const known = findings.map((finding) => withConfigured(finding, config))
  return {
    findings: [...known, ...absentFiles(known, selection)],
    skipped: present.filter((bus) => !scanned.includes(bus))
  }
}

/** In the order in which they are there: a multiplexer channel comes after its bus. */
function usualBuses(there: readonly string[], { buses, sensors }: NodeConfig, kind: string): string[] {
  if (kind === 'simulated') return [...there]
  const named = [
    HEADER,
    ...buses.flatMap(({ name, bus }) => [name, bus]),
    ...sensors.flatMap(({ bus }) => bus ?? [])
  ]
  const usual = there.filter((bus) => named.includes(bus))
  return usual.length === 0 ? [HEADER] : usual
}

/** Chips on buses are known by their address (hal/scan), what the kernel shows by its options. */
function withConfigured(finding: Finding, { sensors }: NodeConfig): Finding {
  const { kind, proposal } = finding
  if (kind !== 'file' || proposal === undefined) return finding
  const { type, options = {} } = proposal
  const configured = sensors.find((sensor) => sensor.type === type && isOf(options, sensor.options))?.name
  return { ...finding, ...defined({ configured }) }
}

/** Configured sensors whose files the kernel does not show. */
function absentFiles(findings: readonly Finding[], { config, devices }: ScanSelection): Finding[] {
  const found = new Set(findings.map(({ configured }) => configured))
  return config.sensors.flatMap(({ name, type }): Finding[] => {
    const definition = devices.find((device) => device.type === type)
    const canBeFound = definition?.bus === 'sysfs' && definition.discover !== undefined
    const failed = findings.some(({ kind, place }) => kind === 'failed' && place === type)
    if (!canBeFound || failed || found.has(name)) return []
    const conflict =
      'the kernel does not show it, or several of that name: see that its driver or overlay is loaded'
    return [{ kind: 'absent', place: type, type, reason: 'is not shown', configured: name, conflict }]
  })
}

/** Whether a configured source is what was found: the same thing, whichever of its values are measured. */
function isOf(
  found: Readonly<Record<string, unknown>>,
  configured: Readonly<Record<string, unknown>>
): boolean {
  const identity = Object.keys(found).filter((key) => !['channels', 'parts'].includes(key))
  return identity.every((key) => found[key] === configured[key])
}
