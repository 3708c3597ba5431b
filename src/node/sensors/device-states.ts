import { readFileSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import * as v from 'valibot'
import { type Cancel, type Clock, every } from '../../clock.ts'
import { describeError } from '../../error.ts'
import type { DeviceState } from '../../hal/device-state.ts'
import type { Log } from '../../log.ts'
import type { Startable } from '../../startable.ts'
import { writeAtomic } from '../../write-atomic.ts'

export interface DeviceStatesInit {
  readonly clock: Clock
  readonly log: Log
  /** The file; undefined for a node that writes no files. */
  readonly path: string | undefined
  /** Milliseconds between writes of what changed: a crash loses at most this. */
  readonly flush: number
}

/** Maximum of devices, and of numbers of each: more than a node has sensors. */
const MAX_DEVICES = 256
const MAX_NUMBERS = 16

const numbers = v.record(v.string(), v.pipe(v.number(), v.finite()))
const remembered = v.record(v.string(), numbers)

/**
 * The numbers that devices keep over restarts, in one small JSON file that is replaced as a whole. What cannot be
 * written stays in memory.
 */
export class DeviceStates {
  readonly #init: DeviceStatesInit
  readonly #devices = new Map<string, Map<string, number>>()
  #cancel: Cancel = () => {}
  #changed = false
  #failing = false
  #writing: Promise<void> = Promise.resolve()

  constructor(init: DeviceStatesInit) {
    this.#init = init
  }

  get startable(): Startable {
    return { name: 'device states', start: () => this.start(), stop: () => this.stop() }
  }

  /** Reads the file. One that cannot be read is renamed, with an error in the log, and totals begin at 0. */
  async start(): Promise<void> {
    const { clock, path, flush } = this.#init
    if (path === undefined) return
    await this.#load(path)
    this.#cancel = every(clock, flush, () => void this.flush())
  }

  async stop(): Promise<void> {
    this.#cancel()
    await this.flush()
  }

  of(device: string): DeviceState {
    return {
      get: (name) => this.#devices.get(device)?.get(name),
      set: (name, value) => this.#set(device, name, value)
    }
  }

  /** Writes what changed, once for all devices. Never rejects. */
  flush(): Promise<void> {
    const { path } = this.#init
    if (path !== undefined && this.#changed) this.#writing = this.#writing.then(() => this.#write(path))
    return this.#writing
  }

  #set(device: string, name: string, value: number): void {
    const known = this.#devices.get(device) ?? new Map<string, number>()
    if (!known.has(name) && known.size >= MAX_NUMBERS)
      throw new RangeError(`${device} keeps too many numbers`)
    if (known.get(name) === value) return
    known.set(name, value)
    this.#devices.set(device, known)
    this.#changed = true
  }

  async #load(path: string): Promise<void> {
    const { log } = this.#init
    try {
      const kept = v.parse(remembered, JSON.parse(readFileSync(path, 'utf8')))
      for (const [device, values] of Object.entries(kept).slice(0, MAX_DEVICES))
        this.#devices.set(device, new Map(Object.entries(values).slice(0, MAX_NUMBERS)))
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
      const aside = `${path}.damaged`
      log.error(`the totals of counters cannot be read and begin at 0; ${aside} has what was there`, {
        reason: describeError(error)
      })
      await rename(path, aside).catch(() => {})
    }
  }

  async #write(path: string): Promise<void> {
    const { log } = this.#init
    const kept = Object.fromEntries(
      [...this.#devices].map(([device, values]) => [device, Object.fromEntries(values)])
    )
    this.#changed = false
    try {
      await writeAtomic(path, `${JSON.stringify(kept)}\n`)
      if (this.#failing) log.info('the totals of counters are kept again')
      this.#failing = false
    } catch (error) {
      this.#changed = true
      if (!this.#failing) log.warn(`the totals of counters cannot be kept: ${describeError(error)}`)
      this.#failing = true
    }
  }
}
