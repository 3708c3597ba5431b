import type { Cancel, Clock } from '../../../clock.ts'
import { NodeError } from '../../../error.ts'
import type { Edge, InputLine, InputOptions, Level, OutputLine, Pins } from '../../gpio.ts'
import type { Sysfs } from '../../sysfs.ts'
import { type AtExit, atExit } from '../at-exit.ts'
import { EVENT_BYTES, milliseconds, readEvents } from './event.ts'
import { type GpioKernel, LineFlag } from './kernel.ts'
import { type FoundLine, findLine, withChip } from './lines.ts'
import { refused } from './refusal.ts'

export interface CharacterPinsOptions {
  readonly clock: Clock
  readonly sysfs: Sysfs
  readonly kernel: GpioKernel
  readonly atExit?: AtExit
}

/** The kernel's maximum: 16 for each of the 64 lines that a request may have [gpiolib-cdev.c]. */
const EVENTS = 1024
/** Events taken at once; the rest is reported as ready again in the next turn of the event loop. */
const BATCH = 256
const CONSUMER = 'kith'
const BIAS = {
  'as-is': 0,
  'pull-up': LineFlag.pullUp,
  'pull-down': LineFlag.pullDown,
  disabled: LineFlag.noPull
} as const
const EDGES = {
  rising: LineFlag.rising,
  falling: LineFlag.falling,
  both: LineFlag.rising | LineFlag.falling
} as const
/** Where Raspberry Pi's kernels show whether an output keeps its level after its owner [raspberrypi/linux 6117, 6150]. */
const PERSISTENCE: Readonly<Record<string, string>> = {
  'pinctrl-bcm2835': '/sys/module/pinctrl_bcm2835/parameters/persist_gpio_outputs',
  'pinctrl-bcm2711': '/sys/module/pinctrl_bcm2835/parameters/persist_gpio_outputs',
  'pinctrl-rp1': '/sys/module/pinctrl_rp1/parameters/persist_gpio_outputs'
}

/**
 * Lines of the GPIO character device, by kith's addon of a few ioctls (native/gpio.c).
 *
 * Node has no ioctl, and no npm package implements version 2 of the interface. gpiomon and gpioset of Debian's
 * gpiod as supervised child processes were considered and rejected:
 * - A child outlives a killed parent. An orphaned gpiomon holds the line until its next edge, which blocks the
 *   restarted node; an orphaned gpioset keeps the heater on. A descriptor of this process ends with it.
 * - gpioset of version 1 cannot change a level without releasing the line in between.
 * - gpiomon prints no event numbers, so lost events are not detected. Here a gap shows their number, and a
 *   counter stays correct.
 * - Their arguments differ between versions 1 and 2, and the image would need the package at run time. The
 *   addon needs a C compiler only where a package is built.
 */
export class CharacterPins implements Pins {
  readonly #clock: Clock
  readonly #sysfs: Sysfs
  readonly #kernel: GpioKernel
  readonly #open = new Set<OpenLine>()
  readonly #atExit: AtExit
  /** Levels of the outputs when the process exits by an error. */
  readonly #safeLevels = new Map<OpenLine, Level>()
  #cancelAtExit: Cancel | undefined

  constructor(options: CharacterPinsOptions) {
    this.#clock = options.clock
    this.#sysfs = options.sysfs
    this.#kernel = options.kernel
    this.#atExit = options.atExit ?? atExit
  }

  async input(name: string, { bias = 'as-is', edge = 'both' }: InputOptions = {}): Promise<InputLine> {
    const line = this.#take(name, LineFlag.input | BIAS[bias] | EDGES[edge], 0)
    return {
      name,
      read: async () => line.read(),
      watch: (listener, onError) => line.watch(listener, onError),
      close: async () => line.close()
    }
  }

  async output(name: string, initial: Level, atExit = initial): Promise<OutputLine> {
    const found = findLine(this.#kernel, name)
    const persists = await this.#persists(found.chip.label)
    const line = this.#take(name, LineFlag.output, initial, found)
    this.#safeLevels.set(line, atExit)
    this.#cancelAtExit ??= this.#atExit(() => this.#applySafeLevels())
    return {
      name,
      persists,
      read: async () => line.read(),
      write: async (level) => line.write(level),
      close: async () => line.close()
    }
  }

  async close(): Promise<void> {
    for (const line of [...this.#open]) line.close()
    this.#cancelAtExit?.()
    this.#cancelAtExit = undefined
  }

  #applySafeLevels(): void {
    for (const [line, level] of this.#safeLevels) {
      try {
        line.write(level)
      } catch {
        // The other lines may still work.
      }
    }
  }

  #take(name: string, flags: number, level: Level, found = findLine(this.#kernel, name)): OpenLine {
    const request = { offset: found.offset, flags, level, events: EVENTS, consumer: CONSUMER }
    try {
      const descriptor = withChip(this.#kernel, found.path, (chip) => this.#kernel.request(chip, request))
      const line = new OpenLine(name, descriptor, this.#kernel, this.#clock, () => this.#closed(line))
      this.#open.add(line)
      return line
    } catch (error) {
      throw refused(name, error, this.#owner(found))
    }
  }

  #closed(line: OpenLine): void {
    this.#open.delete(line)
    this.#safeLevels.delete(line)
  }

  /** Empty where the owner has released the line meanwhile. */
  #owner({ path, offset }: FoundLine): string {
    try {
      return withChip(this.#kernel, path, (chip) => this.#kernel.lineInfo(chip, offset).consumer)
    } catch {
      return ''
    }
  }

  async #persists(label: string): Promise<boolean | undefined> {
    const path = PERSISTENCE[label]
    if (path === undefined) return undefined
    try {
      return (await this.#sysfs.read(path)).trim() === 'Y'
    } catch {
      return undefined
    }
  }
}

/** A line that this process holds. */
class OpenLine {
  readonly #name: string
  readonly #descriptor: number
  readonly #kernel: GpioKernel
  readonly #clock: Clock
  readonly #closed: () => void
  readonly #buffer = new Uint8Array(BATCH * EVENT_BYTES)
  #isOpen = true
  #unwatch: Cancel = () => {}

  constructor(name: string, descriptor: number, kernel: GpioKernel, clock: Clock, closed: () => void) {
    this.#name = name
    this.#descriptor = descriptor
    this.#kernel = kernel
    this.#clock = clock
    this.#closed = closed
  }

  read(): Level {
    return this.#ask(() => this.#kernel.get(this.#descriptor))
  }

  write(level: Level): void {
    this.#ask(() => this.#kernel.set(this.#descriptor, level))
  }

  watch(listener: (edge: Edge) => void, onError: (error: Error) => void): Cancel {
    this.#unwatch()
    const ready = (): void => {
      try {
        for (const edge of this.#takeEvents()) listener(edge)
      } catch (error) {
        this.#unwatch()
        onError(refused(this.#name, error))
      }
    }
    this.#unwatch = this.#ask(() => this.#kernel.watch(this.#descriptor, ready))
    this.#ask(() => this.#discardEarlier())
    return () => this.#unwatch()
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#unwatch()
    this.#kernel.close(this.#descriptor)
    this.#closed()
  }

  /** Discards the events between opening the line and watching it. */
  #discardEarlier(): void {
    for (let discarded = 0; discarded < EVENTS; discarded += BATCH)
      if (this.#kernel.read(this.#descriptor, this.#buffer) === 0) return
  }

  #takeEvents(): Edge[] {
    const bytes = this.#kernel.read(this.#descriptor, this.#buffer)
    // Clock.monotonic() counts the same clock from the start of the process.
    const ahead = this.#clock.monotonic() - milliseconds(this.#kernel.now())
    return readEvents(this.#buffer.subarray(0, bytes), ahead)
  }

  /** A closed descriptor may already belong to another file. */
  #ask<T>(work: () => T): T {
    if (!this.#isOpen) throw new NodeError('no-such-line', `line ${this.#name} is closed`)
    try {
      return work()
    } catch (error) {
      throw refused(this.#name, error)
    }
  }
}
