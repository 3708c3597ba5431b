import { describeError } from '../../error.ts'
import type { MuxChannel } from '../bus/muxed-buses.ts'
import type { ClockDefinition } from '../clock-chip.ts'
import type { SensorDefinition } from '../sensor.ts'
import type { World } from '../world.ts'
import type { Finding } from './finding.ts'
import type { Candidate } from './recognise.ts'
import { scanBus } from './scan-bus.ts'
import { discoverAll, fileFinding, shownChips } from './scan-files.ts'

export interface ScanInit {
  readonly world: Pick<World, 'buses' | 'sysfs' | 'clock'>
  readonly devices: readonly SensorDefinition[]
  readonly clocks: readonly ClockDefinition[]
  /** Buses to scan; a multiplexer channel comes after its bus. */
  readonly buses: readonly string[]
  readonly muxChannels: readonly MuxChannel[]
  /** Names of configured sensors, which are taken. */
  readonly names: readonly string[]
  /** Addresses of a bus that are not addressed, because a driver uses them. */
  readonly inUse?: (bus: string) => ReadonlySet<number>
  readonly signal: AbortSignal
}

/** Lists everything on the buses and everything that the kernel shows, with a configuration for each. */
export async function scan(init: ScanInit): Promise<Finding[]> {
  const { world, devices, clocks, signal } = init
  const context = { clock: world.clock, signal }
  const name = namer(init.names)
  const discovered = await discoverAll(
    devices.filter((each) => each.bus === 'sysfs'),
    world.sysfs,
    context
  )
  const common = {
    ...context,
    sysfs: world.sysfs,
    candidates: [...devices.filter((each) => each.bus === 'i2c'), ...clocks] satisfies Candidate[],
    shown: shownChips(discovered),
    name
  }
  const exceptOn = (bus: string, onParent: Iterable<number>): ReadonlySet<number> =>
    new Set([...onParent, ...(init.inUse?.(bus) ?? [])])
  const findings: Finding[] = []
  const taken = new Map<string, ReadonlySet<number>>()
  for (const bus of init.buses) {
    const parent = init.muxChannels.find((muxChannel) => muxChannel.name === bus)?.bus ?? ''
    try {
      const opened = await world.buses.open(bus)
      const found = await scanBus(opened, { ...common, except: exceptOn(bus, taken.get(parent) ?? []) })
      taken.set(bus, found.taken)
      findings.push(...found.findings)
    } catch (error) {
      signal.throwIfAborted()
      findings.push({ kind: 'failed', place: bus, reason: describeError(error) })
    }
  }
  return [...findings, ...discovered.map((each) => fileFinding(each, name))]
}

/** `bme280`, then `bme280-2`: unique names that the configuration accepts. */
function namer(names: readonly string[]): (base: string) => string {
  const taken = new Set(names)
  return (base) => {
    const word =
      base
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, '')
        .slice(0, 28) || 'sensor'
    let name = word
    for (let number = 2; taken.has(name); number++) name = `${word}-${number}`
    taken.add(name)
    return name
  }
}
