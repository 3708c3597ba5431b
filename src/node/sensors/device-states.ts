import { existsSync, readFileSync, renameSync } from 'node:fs'
import * as v from 'valibot'
import type { Cancel, Clock } from '../../clock.ts'
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
  /** Maximum milliseconds between writes of changes: a crash loses at most this. */
  readonly flush: number
}

/** Maximum of devices, and of numbers of each: more than a node has sensors. */
const MAX_DEVICES = 256
const MAX_NUMBERS = 16

const numbers = v.record(v.string(), v.pipe(v.number(), v.finite()))
const remembered = v.record(v.string(), numbers)

/** What the file has, in messages. */
const WHAT = 'the totals of counters and the times of minOff'

/** Milliseconds from the start to the first write; the next wait is twice as long, up to `flush`. */
const FIRST_FLUSH = 1000
/** Damaged files that are kept beside the present one. */
const MAX_DAMAGED = 9

/**
 * The numbers that devices keep over restarts, in one small JSON file that is replaced as a whole. What cannot be
 * written stays in memory. Writes begin soon after the start and become rarer, so that the totals of a node that
 * crashes more often than `flush` still advance.
 */
export class DeviceStates {
  readonly #init: DeviceStatesInit
  readonly #devices = new Map<string, Map<string, number>>()
  /** As on disk. */
  #kept: v.InferOutput<typeof remembered> = {}
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

  /** Reads the file. One that cannot be read is renamed, with an error in the log. */
  async start(): Promise<void> {
    const { path } = this.#init
    if (path === undefined) return
    this.#load(path)
    this.#flushAfter(FIRST_FLUSH)
  }

  async stop(): Promise<void> {
    this.#cancel()
    await this.flush()
  }

  /** @param known the value of a number by another source, where it has one: the larger of the two counts */
  of(device: string, known: (name: string) => number | undefined = () => undefined): DeviceState {
    return {
      get: (name) => larger(this.#devices.get(device)?.get(name), known(name)),
      set: (name, value) => this.#set(device, name, value)
    }
  }

  /** A number as it is on disk. */
  kept(device: string, name: string): number | undefined {
    return this.#kept[device]?.[name]
  }

  /** Writes what changed, once for all devices. Never rejects. */
  flush(): Promise<void> {
    const { path } = this.#init
    if (path !== undefined && this.#changed) this.#writing = this.#writing.then(() => this.#write(path))
    return this.#writing
  }

  #flushAfter(wait: number): void {
    const { clock, flush } = this.#init
    this.#cancel = clock.after(Math.min(wait, flush), () => {
      void this.flush()
      this.#flushAfter(Math.min(2 * wait, flush))
    })
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

  #load(path: string): void {
    const { log } = this.#init
    try {
      this.#kept = v.parse(remembered, JSON.parse(readFileSync(path, 'utf8')))
      for (const [device, values] of Object.entries(this.#kept).slice(0, MAX_DEVICES))
        this.#devices.set(device, new Map(Object.entries(values).slice(0, MAX_NUMBERS)))
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
      log.error(`${WHAT} cannot be read; the file is now ${setAside(path)}`, {
        reason: describeError(error)
      })
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
      this.#kept = kept
      if (this.#failing) log.info(`${WHAT} are kept again`)
      this.#failing = false
    } catch (error) {
      this.#changed = true
      if (!this.#failing) log.warn(`${WHAT} cannot be kept: ${describeError(error)}`)
      this.#failing = true
    }
  }
}

function larger(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other)
}

/** Renames a damaged file, without replacing an earlier one while there are few. @returns its path now */
function setAside(path: string): string {
  const names = Array.from({ length: MAX_DAMAGED }, (_, n) => `${path}.damaged${n === 0 ? '' : `-${n + 1}`}`)
  const aside = names.find((name) => !existsSync(name)) ?? names.at(-1) ?? path
  try {
    renameSync(path, aside)
    return aside
  } catch {
    // A read-only home.
    return path
  }
}
