import {
  type KernelFiles,
  type SensorError,
  type Sysfs,
  type SysfsClass,
  sysfsEntries
} from '../../src/driver.ts'
import * as convert from './convert.ts'
import * as at from './files.ts'
import type { Part } from './parts.ts'

export interface Places {
  /** A path on the file system that is measured. */
  readonly disk: string
  /** `wlan0` */
  readonly interface: string
}

type Values = readonly (number | boolean)[]

/** The parts of a machine, each read by itself. */
export class Machine {
  readonly #files: KernelFiles
  readonly #sysfs: Sysfs
  readonly #places: Places

  constructor(files: KernelFiles, sysfs: Sysfs, places: Places) {
    this.#files = files
    this.#sysfs = sysfs
    this.#places = places
  }

  /** The values of a part, in the order of PARTS. @throws SensorError */
  async read(part: Part, signal: AbortSignal): Promise<Values> {
    return await this.#readers[part](signal)
  }

  readonly #readers: Readonly<Record<Part, (signal: AbortSignal) => Promise<Values>>> = {
    soc: async (signal) => {
      const zone = await this.#named(at.ZONES, at.PROCESSORS, 'a thermal zone of its processor', signal)
      return [await this.#files.number(`${zone}/${at.TEMPERATURE}`, signal, convert.MILLIDEGREES)]
    },
    supply: async (signal) => {
      const chip = await this.#named(at.CHIPS, [at.SUPPLY], 'a watch over its supply', signal)
      return [(await this.#files.number(`${chip}/${at.UNDER_VOLTAGE}`, signal)) !== 0]
    },
    throttle: async (signal) => {
      const path = await this.#firmware()
      return this.#required(path, convert.throttled(await this.#files.text(path, signal)))
    },
    memory: async (signal) => [await this.#converted(at.MEMORY, convert.memoryUsed, signal)],
    disk: async () => [await this.#disk()],
    uptime: async (signal) => [await this.#converted(at.UPTIME, convert.uptime, signal)],
    load: async (signal) => {
      const processors = convert.countOf(await this.#files.text(at.PROCESSORS_ONLINE, signal))
      return [await this.#converted(at.LOAD, (text) => convert.load(text, processors), signal)]
    },
    wifi: async (signal) => {
      const level = convert.signal(await this.#files.text(at.WIRELESS, signal), this.#places.interface)
      if (level === undefined) throw this.#lacks(`a signal at ${this.#places.interface}`)
      return [level]
    },
    wear: async (signal) => {
      const card = await this.#card()
      const used = await this.#converted(`${card}/${at.LIFE_TIME}`, convert.lifeUsed, signal)
      return [used, await this.#converted(`${card}/${at.END_OF_LIFE}`, convert.nearsEnd, signal)]
    }
  }

  async #converted<T>(
    path: string,
    convert: (text: string) => T | undefined,
    signal: AbortSignal
  ): Promise<T> {
    return this.#required(path, convert(await this.#files.text(path, signal)))
  }

  #required<T>(path: string, value: T | undefined): T {
    if (value !== undefined) return value
    throw this.#files.error(
      'garbage',
      `has a ${path} of an unknown form`,
      'kith expects that of Linux 5 or 6'
    )
  }

  #lacks(what: string): SensorError {
    return this.#files.error('absent', `has no ${what.replace(/^an? /, '')}`, 'take it out of the parts')
  }

  async #disk(): Promise<number> {
    try {
      return convert.diskUsed(await this.#sysfs.space(this.#places.disk))
    } catch {
      throw this.#lacks(`file system at ${this.#places.disk}`)
    }
  }

  /** The folder of the class with the first of the names that exists. */
  async #named(
    sysfsClass: SysfsClass,
    names: readonly string[],
    what: string,
    signal: AbortSignal
  ): Promise<string> {
    const there = await sysfsEntries(this.#files, sysfsClass, signal)
    const found = names.flatMap((name) => there.filter((each) => each.name === name))[0]
    if (found === undefined) throw this.#lacks(what)
    return found.path
  }

  async #firmware(): Promise<string> {
    for (const soc of (await this.#files.list(at.PLATFORM)).filter((name) => at.SOC.test(name))) {
      const names = await this.#files.list(`${at.PLATFORM}/${soc}`)
      const firmware = names.find((name) => at.FIRMWARE.test(name))
      if (firmware === undefined) continue
      const folder = `${at.PLATFORM}/${soc}/${firmware}`
      if ((await this.#files.list(folder)).includes(at.THROTTLED)) return `${folder}/${at.THROTTLED}`
    }
    throw this.#lacks('a firmware that reports throttling')
  }

  async #card(): Promise<string> {
    for (const card of (await this.#files.list(at.BLOCK)).filter((name) => at.CARD.test(name))) {
      const folder = `${at.BLOCK}/${card}`
      if ((await this.#files.list(`${folder}/device`)).includes('life_time')) return folder
    }
    throw this.#lacks('an eMMC that reports its wear: SD cards do not')
  }
}
