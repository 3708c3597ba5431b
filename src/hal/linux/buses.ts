import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../clock.ts'
import { buildHint } from '../../installation.ts'
import { BusError, type Buses } from '../i2c.ts'
import type { BlockingCalls } from './blocking-calls.ts'
import type { OpenI2cAdapter } from './i2c-adapter.ts'
import { LinuxI2cBus } from './i2c-bus.ts'
import { loadI2c } from './load-i2c.ts'
import { orSimulated } from './native.ts'

export interface LinuxBusesOptions {
  readonly clock: Clock
  readonly calls: BlockingCalls
  /** The addon, loaded when the first bus is opened. @throws Error where it is not built */
  readonly load?: () => OpenI2cAdapter | Promise<OpenI2cAdapter>
  /** Where the buses' files are: /dev. */
  readonly folder?: string
}

const NAME = /^i2c-(\d+)$/

/** The I2C buses that the kernel offers as /dev/i2c-N. */
export class LinuxBuses implements Buses {
  readonly #clock: Clock
  readonly #calls: BlockingCalls
  readonly #load: NonNullable<LinuxBusesOptions['load']>
  readonly #folder: string
  readonly #buses = new Map<string, LinuxI2cBus>()

  constructor({ clock, calls, folder = '/dev', load = loadI2c }: LinuxBusesOptions) {
    this.#clock = clock
    this.#calls = calls
    this.#folder = folder
    this.#load = load
  }

  async list(): Promise<string[]> {
    const names = await readdir(this.#folder).catch(() => [])
    return names.filter((name) => NAME.test(name)).sort((one, other) => busNumber(one) - busNumber(other))
  }

  async open(name: string): Promise<LinuxI2cBus> {
    const there = await this.list()
    if (!there.includes(name)) {
      throw new BusError('no-such-bus', `${name} is not on this machine`, {
        hint: there.length > 0 ? `there is ${there.join(', ')}` : 'turn I2C on: raspi-config nonint do_i2c 0'
      })
    }
    const openAdapter = await this.#loaded(name)
    const open = () => openAdapter(join(this.#folder, name))
    const bus =
      this.#buses.get(name) ?? new LinuxI2cBus({ name, clock: this.#clock, calls: this.#calls, open })
    this.#buses.set(name, bus)
    return bus
  }

  async #loaded(name: string): Promise<OpenI2cAdapter> {
    try {
      return await this.#load()
    } catch (error) {
      throw new BusError('unsupported', `${name} cannot be used: the I2C addon cannot be loaded`, {
        hint: orSimulated(`build it ${buildHint()}`),
        cause: error
      })
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#buses.values()].map((bus) => bus.close()))
  }
}

function busNumber(name: string): number {
  return Number(NAME.exec(name)?.[1])
}
