import type { Buses, I2cBus } from '../i2c.ts'
import type { World } from '../world.ts'
import { Multiplexers } from './multiplexers.ts'
import { ChannelBus } from './mux-channel-bus.ts'

/** A channel of a multiplexer, named as a bus. */
export interface Branch {
  readonly name: string
  /** The bus that the multiplexer is on: of the machine, or a branch named before this one. */
  readonly bus: string
  /** Of the multiplexer, 0x70 to 0x77. */
  readonly address: number
  /** 0 to 7. */
  readonly channel: number
}

/** The buses of a machine and those behind their multiplexers. */
export class BranchedBuses implements Buses {
  readonly #machine: Buses
  readonly #branches: readonly Branch[]
  readonly #channels = new Map<string, ChannelBus>()
  /** By the bus that they are on. */
  readonly #multiplexers = new Map<string, Multiplexers>()

  constructor(machine: Buses, branches: readonly Branch[]) {
    this.#machine = machine
    this.#branches = branches
  }

  async list(): Promise<string[]> {
    const names = await this.#machine.list()
    for (const { name, bus } of this.#branches) if (names.includes(bus)) names.push(name)
    return names
  }

  async open(name: string): Promise<I2cBus> {
    return await this.#open(name, this.#branches)
  }

  async close(): Promise<void> {
    await this.#machine.close()
  }

  /** @param branches those that may be meant: of a branch's own bus, the ones before it */
  async #open(name: string, branches: readonly Branch[]): Promise<I2cBus> {
    const index = branches.findLastIndex((branch) => branch.name === name)
    const branch = branches[index]
    if (branch === undefined) return await this.#machine.open(name)
    const parent = await this.#open(branch.bus, branches.slice(0, index))
    const bus = this.#channels.get(name) ?? this.#channel(branch, parent)
    this.#channels.set(name, bus)
    return bus
  }

  #channel({ name, bus, address, channel }: Branch, parent: I2cBus): ChannelBus {
    const addresses = this.#branches.filter((branch) => branch.bus === bus).map(({ address }) => address)
    const multiplexers = this.#multiplexers.get(bus) ?? new Multiplexers(parent.path, addresses)
    this.#multiplexers.set(bus, multiplexers)
    return new ChannelBus({ name, parent, multiplexers, address, channel })
  }
}

/** The same world, its buses with those behind their multiplexers. */
export function withBranches<W extends World>(world: W, branches: readonly Branch[]): W {
  return branches.length === 0 ? world : { ...world, buses: new BranchedBuses(world.buses, branches) }
}
