import type { NodeConfig } from '../../config/schema.ts'
import type { Finding, Proposal } from '../../hal/scan/finding.ts'
import { scan } from '../../hal/scan/scan.ts'
import type { SensorDefinition } from '../../hal/sensor.ts'
import { chooseWorld, type WorldChoice } from '../choose-world.ts'

export interface DeviceScan {
  readonly findings: readonly Finding[]
  /** Buses that were not asked: nobody has said that there is a sensor on them. */
  readonly skipped: readonly string[]
}

export interface DeviceScanInit {
  readonly config: NodeConfig
  readonly world: WorldChoice
  /** From outside. */
  readonly devices: readonly SensorDefinition[]
  /** Which buses are asked; unless any is named, that of the header and those of the configuration. */
  readonly buses: readonly string[]
  readonly signal: AbortSignal
}

/** The bus of a Raspberry Pi's header. Others may have displays and memory modules on them. */
const HEADER = 'i2c-1'

/** Looks what there is, and which of it is configured. The world is opened, and closed again. */
export async function scanDevices(init: DeviceScanInit): Promise<DeviceScan> {
  const { config, signal } = init
  const own = await import('../../../devices/index.ts')
  const world = await chooseWorld(init.world, config)
  try {
    const there = await world.buses.list()
    const buses = init.buses.length > 0 ? init.buses : usualBuses(there, config, world.kind)
    const findings = await scan({
      world,
      devices: [...own.devices, ...init.devices],
      clocks: own.clockChips,
      buses,
      muxChannels: config.buses,
      names: config.sensors.map(({ name }) => name),
      signal
    })
    return {
      findings: findings.map((finding) => withConfigured(finding, config)),
      skipped: there.filter((bus) => !buses.includes(bus))
    }
  } finally {
    await world.close()
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
