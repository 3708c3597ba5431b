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

/** The most that the kernel grants: 16 for each of the 64 lines that a request may have [gpiolib-cdev.c]. */
const EVENTS = 1024
/** Events taken at one go; what is left is reported as ready again, after the rest of the event loop. */
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
/** Where Raspberry Pi's kernels tell whether an output outlives its owner [raspberrypi/linux 6117, 6150]. */
const PERSISTENCE: Readonly<Record<string, string>> = {
  'pinctrl-bcm2835': '/sys/module/pinctrl_bcm2835/parameters/persist_gpio_outputs',
  'pinctrl-bcm2711': '/sys/module/pinctrl_bcm2835/parameters/persist_gpio_outputs',
  'pinctrl-rp1': '/sys/module/pinctrl_rp1/parameters/persist_gpio_outputs'
}

/**
 * Lines of the GPIO character device, by an addon of our own of a few ioctls (native/gpio.c).
 *
 * Node has no ioctl, and no npm package speaks version 2 of the interface. The other way, gpiomon and
 * gpioset of Debian's gpiod as supervised children, was weighed and left:
 * - A child outlives a killed parent. An orphaned gpiomon keeps the line from the restarted node until its
 *   next edge, an orphaned gpioset keeps the heater on. A descriptor of our own ends with us.
 * - gpioset of version 1 cannot change a level without letting the line go in between.
 * - gpiomon prints no event numbers, so what was lost is lost unnoticed. Here a gap tells how much it was,
 *   and a counter stays right.
 * - Their arguments differ between versions 1 and 2, and the image would need the package at run time. The
 *   addon needs a C compiler where kith is installed, as i2c-bus and onoff do, and nothing afterwards: an
 *   image compiles it in its build stage.
 */
export class CharacterPins implements Pins {
  readonly #clock: Clock
  readonly #sysfs: Sysfs
  readonly #kernel: GpioKernel
  readonly #open = new Set<OpenLine>()
  readonly #atExit: AtExit
  /** What outputs are set to when the process ends by an error of its own. */
  readonly #wills = new Map<OpenLine, Level>()
  #forget: Cancel | undefined

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

  async output(name: string, initial: Level): Promise<OutputLine> {
    const found = findLine(this.#kernel, name)
    const persists = await this.#persists(found.chip.label)
    const line = this.#take(name, LineFlag.output, initial, found)
    this.#wills.set(line, initial)
    this.#forget ??= this.#atExit(() => this.#execute())
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
    this.#forget?.()
    this.#forget = undefined
  }

  #execute(): void {
    for (const [line, level] of this.#wills) {
      try {
        line.write(level)
      } catch {
        // The next one may still be reached.
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
    this.#wills.delete(line)
  }

  /** Whoever has a line may have let it go again before we ask. */
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

/** A line that is ours. */
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
    this.#ask(() => this.#forgetEarlier())
    return () => this.#unwatch()
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#unwatch()
    this.#kernel.close(this.#descriptor)
    this.#closed()
  }

  /** What waits since the line was opened was before anybody watched. */
  #forgetEarlier(): void {
    for (let forgotten = 0; forgotten < EVENTS; forgotten += BATCH)
      if (this.#kernel.read(this.#descriptor, this.#buffer) === 0) return
  }

  #takeEvents(): Edge[] {
    const bytes = this.#kernel.read(this.#descriptor, this.#buffer)
    // A process begins to count the same clock at its start.
    const ahead = this.#clock.monotonic() - milliseconds(this.#kernel.now())
    return readEvents(this.#buffer.subarray(0, bytes), ahead)
  }

  /** A descriptor that was closed may already be somebody else's. */
  #ask<T>(work: () => T): T {
    if (!this.#isOpen) throw new NodeError('no-such-line', `line ${this.#name} is closed`)
    try {
      return work()
    } catch (error) {
      throw refused(this.#name, error)
    }
  }
}
