import { describeError } from '../../error.ts'
import type { MuxChannel } from '../bus/muxed-buses.ts'
import type { ClockDefinition } from '../clock-chip.ts'
import type { SensorDefinition } from '../sensor.ts'
import type { World } from '../world.ts'
import type { ConfiguredChip, Finding } from './finding.ts'
import type { Candidate } from './recognise.ts'
import { type BusScan, probeBus, scanBus } from './scan-bus.ts'
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
  readonly configured: readonly ConfiguredChip[]
  /** Whether a node runs with the configured chips: they are listed and not addressed. */
  readonly running?: boolean
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
  const scanner = new BusScanner(init, {
    ...context,
    sysfs: world.sysfs,
    candidates: [...devices.filter((each) => each.bus === 'i2c'), ...clocks] satisfies Candidate[],
    shown: shownChips(discovered),
    name
  })
  const findings: Finding[] = []
  for (const bus of init.buses) {
    try {
      findings.push(...(await scanner.scan(bus)))
    } catch (error) {
      signal.throwIfAborted()
      findings.push({ kind: 'failed', place: bus, reason: describeError(error) })
    }
  }
  return [...findings, ...discovered.map((each) => fileFinding(each, name))]
}

type Common = Pick<BusScan, 'clock' | 'signal' | 'sysfs' | 'candidates' | 'shown' | 'name'>

class BusScanner {
  readonly #init: ScanInit
  readonly #common: Common
  /** Addresses at which something answers, by bus: they answer on its channels as well. */
  readonly #taken = new Map<string, ReadonlySet<number>>()

  constructor(init: ScanInit, common: Common) {
    this.#init = init
    this.#common = common
  }

  async scan(name: string): Promise<readonly Finding[]> {
    const bus = await this.#init.world.buses.open(name)
    const except = await this.#takenAbove(name)
    const { findings, taken } = await scanBus(bus, { ...this.#common, ...this.#configuredOn(name), except })
    this.#taken.set(name, taken)
    return findings
  }

  /** Of a channel: the addresses of the bus that its multiplexer is on, which is probed where it was not scanned. */
  async #takenAbove(name: string): Promise<ReadonlySet<number>> {
    const { world, muxChannels, signal } = this.#init
    const parent = muxChannels.find((muxChannel) => muxChannel.name === name)?.bus
    if (parent === undefined) return new Set()
    const known = this.#taken.get(parent)
    if (known !== undefined) return known
    const except = await this.#takenAbove(parent)
    const bus = await world.buses.open(parent)
    const taken = await probeBus(bus, { ...this.#configuredOn(parent), except, signal })
    this.#taken.set(parent, taken)
    return taken
  }

  #configuredOn(bus: string): Pick<BusScan, 'configured' | 'running' | 'multiplexers'> {
    const { configured, muxChannels, running = false } = this.#init
    const multiplexers = new Map<number, string>()
    for (const channel of muxChannels.filter((each) => each.bus === bus)) {
      const names = multiplexers.get(channel.address)
      multiplexers.set(channel.address, names === undefined ? channel.name : `${names}, ${channel.name}`)
    }
    const chips = configured.filter((each) => each.bus === bus)
    return { configured: new Map(chips.map((chip) => [chip.address, chip])), running, multiplexers }
  }
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
