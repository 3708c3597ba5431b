import type { NodeConfig } from '../../config/schema.ts'
import { defined } from '../../defined.ts'
import { placeOf as chipPlace } from '../../hal/bus/failure.ts'
import type { ClockDefinition } from '../../hal/clock-chip.ts'
import type { Finding, Proposal } from '../../hal/scan/finding.ts'
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
  const chips = chipsInUse(selection.config)
  const { findings, skipped } = await scanWorld(world, {
    ...selection,
    inUse: (bus) => new Set(chips.flatMap((chip) => (chip.bus === bus ? [chip.address] : [])))
  })
  const inUse = chips.map(({ name, type, bus, address }): Finding => {
    const title = [...selection.devices, ...selection.clocks].find((each) => each.type === type)?.title
    const place = chipPlace(bus, address)
    return { kind: 'sure', place, type, reason: title ?? type, configured: name }
  })
  return { findings: [...inUse, ...findings], skipped }
}

interface Chip {
  readonly name: string
  readonly type: string
  readonly bus: string
  readonly address: number
}

function chipsInUse({ sensors, time: { rtc } }: NodeConfig): Chip[] {
  const all = [...sensors, ...(rtc.type === 'none' ? [] : [{ ...rtc, name: 'time.rtc' }])]
  return all.flatMap(({ name, type, bus, address }) =>
    bus === undefined || address === undefined ? [] : [{ name, type, bus, address }]
  )
}

async function scanWorld(
  world: World,
  {
    config,
    devices,
    clocks,
    buses,
    signal,
    inUse
  }: ScanSelection & {
    readonly clocks: readonly ClockDefinition[]
    readonly inUse?: (bus: string) => ReadonlySet<number>
  }
): Promise<DeviceScan> {
  const present = await world.buses.list()
  const scanned = buses.length > 0 ? buses : usualBuses(present, config, world.kind)
  const findings = await scan({
    world,
    devices,
    clocks,
    buses: scanned,
    muxChannels: config.buses,
    names: config.sensors.map(({ name }) => name),
    signal,
    ...defined({ inUse })
  })
  return {
    findings: findings.map((finding) => withConfigured(finding, config)),
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

function withConfigured(finding: Finding, config: NodeConfig): Finding {
  const { proposal } = finding
  const name = proposal === undefined ? undefined : configuredAs(proposal, config)
  return name === undefined ? finding : { ...finding, configured: name }
}

function configuredAs(proposal: Proposal, { sensors, time: { rtc } }: NodeConfig): string | undefined {
  const { as, type, bus, address, options = {} } = proposal
  const isThere = (one: {
    readonly bus?: string | undefined
    readonly address?: number | undefined
  }): boolean => one.bus === bus && one.address === address
  if (as === 'rtc') return rtc.type !== 'none' && isThere(rtc) ? 'time.rtc' : undefined
  const found = sensors.find((sensor) =>
    address === undefined ? sensor.type === type && isOf(options, sensor.options) : isThere(sensor)
  )
  return found?.name
}

/** Whether a configured source is what was found: the same thing, whichever of its values are measured. */
function isOf(
  found: Readonly<Record<string, unknown>>,
  configured: Readonly<Record<string, unknown>>
): boolean {
  const identity = Object.keys(found).filter((key) => !['channels', 'parts'].includes(key))
  return identity.every((key) => found[key] === configured[key])
}
