import type { Cancel } from '../../../src/clock.ts'
import type { Level } from '../../../src/hal/gpio.ts'
import type { ChipInfo, GpioKernel, LineInfo, LineRequest } from '../../../src/hal/linux/gpio/kernel.ts'
import { LineFlag } from '../../../src/hal/linux/gpio/kernel.ts'
import type { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'

export interface FakeChip {
  readonly label: string
  readonly lines: number
  /** Names by offset. */
  readonly names?: Readonly<Record<number, string>>
}

interface FakeLine {
  readonly chip: string
  readonly offset: number
  level: Level
  request: LineRequest | undefined
  /** Whoever has it besides us. */
  consumer: string | undefined
  events: Uint8Array[]
  sequence: number
  ready: (() => void) | undefined
}

/** Milliseconds that the kernel's clock began before the process. */
const BOOTED = 86_400_000

/** The GPIO character device as gpiolib-cdev.c has it: events in a ring that drops the oldest, lines with one owner. */
export class FakeGpioKernel implements GpioKernel {
  readonly errors = new Map<string, string>()
  readonly #clock: VirtualClock
  readonly #chips: Map<string, FakeChip>
  readonly #lines = new Map<string, FakeLine>()
  readonly #open = new Map<number, string | FakeLine>()
  #next = 20
  /** Calls of read(), and of ioctls that look for a line. */
  reads = 0

  constructor(clock: VirtualClock, chips: Readonly<Record<string, FakeChip>>) {
    this.#clock = clock
    this.#chips = new Map(Object.entries(chips).map(([name, chip]) => [`/dev/${name}`, chip]))
  }

  /** Descriptors that were not closed. */
  get descriptors(): number {
    return this.#open.size
  }

  unplug(path: string): void {
    this.#chips.delete(path)
    for (const line of this.#lines.values())
      if (line.chip === path) {
        this.errors.set('read', 'ENODEV')
        this.errors.set('get', 'ENODEV')
        line.ready?.()
      }
  }

  plug(path: string, chip: FakeChip): void {
    this.#chips.set(path, chip)
    this.errors.clear()
  }

  claim(path: string, offset: number, consumer: string | undefined): void {
    this.line(path, offset).consumer = consumer
  }

  /** What is wired to the line changes it. @param notify false: the interrupt is pending, the reader has not run yet */
  drive(path: string, offset: number, level: Level, notify = true): void {
    const line = this.line(path, offset)
    if (line.level === level) return
    line.level = level
    const { flags = 0, events = 0 } = line.request ?? {}
    if ((flags & (level === 1 ? LineFlag.rising : LineFlag.falling)) === 0) return
    line.sequence += 1
    line.events.push(eventBytes(this.now(), level, offset, line.sequence))
    if (line.events.length > events) line.events.shift()
    if (notify) line.ready?.()
  }

  /** The reader is run as long as there is something to read. */
  settle(path: string, offset: number): void {
    const line = this.line(path, offset)
    while (line.events.length > 0 && line.ready !== undefined) line.ready()
  }

  line(path: string, offset: number): FakeLine {
    const key = `${path}:${offset}`
    const line: FakeLine = this.#lines.get(key) ?? {
      chip: path,
      offset,
      level: 0,
      request: undefined,
      consumer: undefined,
      events: [],
      sequence: 0,
      ready: undefined
    }
    this.#lines.set(key, line)
    return line
  }

  chips(): string[] {
    return [...this.#chips.keys()]
  }

  open(path: string): number {
    this.#fail(`open ${path}`)
    if (!this.#chips.has(path)) throw failure('ENOENT')
    this.#open.set(this.#next, path)
    return this.#next++
  }

  close(descriptor: number): void {
    const what = this.#open.get(descriptor)
    if (what === undefined) throw failure('EBADF')
    this.#open.delete(descriptor)
    if (typeof what === 'string') return
    if (what.ready !== undefined) throw new Error('closed while it is watched')
    Object.assign(what, { request: undefined, events: [], sequence: 0 })
  }

  chipInfo(chip: number): ChipInfo {
    const path = this.#path(chip)
    const { label, lines } = this.#chips.get(path) ?? { label: '', lines: 0 }
    return { name: path.slice('/dev/'.length), label, lines }
  }

  lineInfo(chip: number, offset: number): LineInfo {
    const path = this.#path(chip)
    const { request, consumer } = this.line(path, offset)
    return {
      name: this.#chips.get(path)?.names?.[offset] ?? '',
      consumer: request?.consumer ?? consumer ?? '',
      flags: request === undefined && consumer === undefined ? 0 : LineFlag.used
    }
  }

  request(chip: number, request: LineRequest): number {
    this.#fail('request')
    const line = this.line(this.#path(chip), request.offset)
    if (line.request !== undefined || line.consumer !== undefined) throw failure('EBUSY')
    line.request = request
    if ((request.flags & LineFlag.output) !== 0) line.level = request.level
    else if ((request.flags & LineFlag.pullUp) !== 0) line.level = 1
    this.#open.set(this.#next, line)
    return this.#next++
  }

  get(descriptor: number): Level {
    this.#fail('get')
    return this.#line(descriptor).level
  }

  set(descriptor: number, level: Level): void {
    this.#fail('set')
    this.#line(descriptor).level = level
  }

  watch(descriptor: number, ready: () => void): Cancel {
    const line = this.#line(descriptor)
    line.ready = ready
    return () => {
      line.ready = undefined
    }
  }

  read(descriptor: number, into: Uint8Array): number {
    this.reads += 1
    this.#fail('read')
    const line = this.#line(descriptor)
    const taken = line.events.splice(0, Math.floor(into.length / 48))
    for (const [i, event] of taken.entries()) into.set(event, i * 48)
    return taken.length * 48
  }

  now(): bigint {
    return BigInt(Math.round((this.#clock.monotonic() + BOOTED) * 1e6))
  }

  #path(chip: number): string {
    const path = this.#open.get(chip)
    if (typeof path !== 'string') throw failure('EBADF')
    return path
  }

  #line(descriptor: number): FakeLine {
    const line = this.#open.get(descriptor)
    if (line === undefined || typeof line === 'string') throw failure('EBADF')
    return line
  }

  #fail(call: string): void {
    const code = this.errors.get(call)
    if (code !== undefined) throw failure(code)
  }
}

/** As Node's fs throws it. */
export function failure(code: string): Error {
  return Object.assign(new Error(code), { code })
}

/** struct gpio_v2_line_event, written from its declaration. */
export function eventBytes(nanoseconds: bigint, level: Level, offset: number, sequence: number): Uint8Array {
  const bytes = new Uint8Array(48)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, nanoseconds, true)
  for (const [i, word] of [2 - level, offset, sequence, sequence].entries())
    view.setUint32(8 + 4 * i, word, true)
  return bytes
}
