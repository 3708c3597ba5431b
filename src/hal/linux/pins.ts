import type { Gpio } from 'onoff'
import type { Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import { EdgeFilter } from '../edge-filter.ts'
import type { InputLine, InputOptions, Level, OutputLine, Pins } from '../gpio.ts'
import type { Sysfs } from '../sysfs.ts'
import { findGpioNumber } from './gpio-number.ts'
import { loadNative } from './native.ts'

export interface LinuxPinsOptions {
  readonly clock: Clock
  readonly sysfs: Sysfs
  /** The module onoff. */
  readonly load?: () => Promise<{ readonly Gpio: typeof Gpio }>
}

/**
 * Lines by npm onoff, which uses /sys/class/gpio. An edge is reported with the level found after it, so
 * that pulses shorter than the event loop's turn are lost: for switches, not for counting.
 */
export class LinuxPins implements Pins {
  readonly #clock: Clock
  readonly #sysfs: Sysfs
  readonly #load: NonNullable<LinuxPinsOptions['load']>
  readonly #open = new Map<string, Gpio>()

  constructor({ clock, sysfs, load = async () => await import('onoff') }: LinuxPinsOptions) {
    this.#clock = clock
    this.#sysfs = sysfs
    this.#load = load
  }

  /** @throws NodeError 'no-such-line', 'busy', 'not-permitted', 'unsupported' */
  async input(name: string, options: InputOptions = {}): Promise<InputLine> {
    const { bias = 'as-is' } = options
    if (bias !== 'as-is') {
      throw new NodeError('unsupported', `the pull resistor of ${name} cannot be set from here`, {
        hint: 'set it in /boot/firmware/config.txt, for example gpio=17=pu, and leave bias at as-is'
      })
    }
    const gpio = await this.#take(name, 'in')
    return {
      name,
      read: async () => await gpio.read(),
      watch: (listener, onError) => {
        const filter = new EdgeFilter(this.#clock, gpio.readSync(), options, listener)
        const callback = (error: Error | null | undefined, level: Level): void => {
          if (error) onError(error)
          else filter.next({ level, at: this.#clock.monotonic() })
        }
        gpio.watch(callback)
        return () => {
          gpio.unwatch(callback)
          filter.end()
        }
      },
      close: async () => this.#release(name)
    }
  }

  /** @throws NodeError 'no-such-line', 'busy', 'not-permitted', 'unsupported' */
  async output(name: string, initial: Level): Promise<OutputLine> {
    const gpio = await this.#take(name, initial === 1 ? 'high' : 'low')
    return {
      name,
      read: async () => await gpio.read(),
      write: async (level) => await gpio.write(level),
      close: async () => this.#release(name)
    }
  }

  async close(): Promise<void> {
    for (const name of [...this.#open.keys()]) this.#release(name)
  }

  async #take(name: string, direction: 'in' | 'high' | 'low'): Promise<Gpio> {
    const number = await findGpioNumber(this.#sysfs, name)
    const { Gpio } = await loadNative(name, this.#load)
    if (this.#open.has(name))
      throw new NodeError('busy', `line ${name} is in use`, { hint: 'give each line to one sensor' })
    try {
      const gpio = direction === 'in' ? new Gpio(number, direction, 'both') : new Gpio(number, direction)
      this.#open.set(name, gpio)
      return gpio
    } catch (error) {
      throw refusal(name, error)
    }
  }

  #release(name: string): void {
    this.#open.get(name)?.unexport()
    this.#open.delete(name)
  }
}

function refusal(name: string, error: unknown): NodeError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EBUSY') {
    return new NodeError('busy', `line ${name} is in use by the kernel or another program`, {
      hint: 'see who has it: gpioinfo, or an overlay in /boot/firmware/config.txt',
      cause: error
    })
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new NodeError('not-permitted', `line ${name} may not be used`, {
      hint: 'let the user into the group gpio: usermod -aG gpio <user>',
      cause: error
    })
  }
  return new NodeError('unsupported', `line ${name} cannot be opened`, {
    hint: 'run kith doctor',
    cause: error
  })
}
