import type { Buses, I2cBus } from '../i2c.ts'
import type { World } from '../world.ts'
import { Multiplexers } from './multiplexers.ts'
import { MuxChannelBus } from './mux-channel-bus.ts'

/** A channel of a multiplexer, named as a bus. */
export interface MuxChannel {
  readonly name: string
  /** The bus that the multiplexer is on: of the machine, or a channel named before this one. */
  readonly bus: string
  /** Of the multiplexer, 0x70 to 0x77. */
  readonly address: number
  /** 0 to 7. */
  readonly channel: number
}

/** The buses of a machine and those behind their multiplexers. */
export class MuxedBuses implements Buses {
  readonly #machine: Buses
  readonly #muxChannels: readonly MuxChannel[]
  readonly #channels = new Map<string, MuxChannelBus>()
  /** By the bus that they are on. */
  readonly #multiplexers = new Map<string, Multiplexers>()

  constructor(machine: Buses, muxChannels: readonly MuxChannel[]) {
    this.#machine = machine
    this.#muxChannels = muxChannels
  }

  async list(): Promise<string[]> {
    const names = await this.#machine.list()
    for (const { name, bus } of this.#muxChannels) if (names.includes(bus)) names.push(name)
    return names
  }

  async open(name: string): Promise<I2cBus> {
    return await this.#open(name, this.#muxChannels)
  }

  async close(): Promise<void> {
    await this.#machine.close()
  }

  /** @param muxChannels candidates: for the bus of a channel, the channels before it */
  async #open(name: string, muxChannels: readonly MuxChannel[]): Promise<I2cBus> {
    const index = muxChannels.findLastIndex((muxChannel) => muxChannel.name === name)
    const muxChannel = muxChannels[index]
    if (muxChannel === undefined) return await this.#machine.open(name)
    const parent = await this.#open(muxChannel.bus, muxChannels.slice(0, index))
    const bus = this.#channels.get(name) ?? this.#channel(muxChannel, parent)
    this.#channels.set(name, bus)
    return bus
  }

  #channel({ name, bus, address, channel }: MuxChannel, parent: I2cBus): MuxChannelBus {
    const addresses = this.#muxChannels
      .filter((muxChannel) => muxChannel.bus === bus)
      .map(({ address }) => address)
    const multiplexers = this.#multiplexers.get(bus) ?? new Multiplexers(parent.path, addresses)
    this.#multiplexers.set(bus, multiplexers)
    return new MuxChannelBus({ name, parent, multiplexers, address, channel })
  }
}

/** The same world, its buses with those behind their multiplexers. */
export function withMuxChannels<W extends World>(world: W, muxChannels: readonly MuxChannel[]): W {
  return muxChannels.length === 0 ? world : { ...world, buses: new MuxedBuses(world.buses, muxChannels) }
}
