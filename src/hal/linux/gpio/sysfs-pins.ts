import type { Gpio } from 'onoff'
import type { Cancel, Clock } from '../../../clock.ts'
import { NodeError } from '../../../error.ts'
import { buildHint } from '../../../installation.ts'
import type { InputLine, InputOptions, Level, OutputLine, Pins } from '../../gpio.ts'
import type { Sysfs } from '../../sysfs.ts'
import { type AtExit, atExit } from '../at-exit.ts'
import { loadNative } from '../native.ts'
import { findGpioNumber } from './number.ts'
import { refused } from './refusal.ts'

export interface SysfsPinsOptions {
  readonly clock: Clock
  readonly sysfs: Sysfs
  /** The module onoff. */
  readonly load?: () => Promise<{ readonly Gpio: typeof Gpio }>
  readonly atExit?: AtExit
}

/**
 * Lines by npm onoff over /sys/class/gpio, where there is no character device or no addon for it. An edge is
 * reported with the level that is read after it, so that pulses shorter than a turn of the event loop are
 * lost: for contacts and switches, not for counting. An exported line keeps its level when the process ends.
 */
export class SysfsPins implements Pins {
  readonly #clock: Clock
  readonly #sysfs: Sysfs
  readonly #load: NonNullable<SysfsPinsOptions['load']>
  readonly #open = new Map<string, Gpio>()
  readonly #atExit: AtExit
  /** Levels of the outputs when the process exits by an error. */
  readonly #safeLevels = new Map<string, Level>()
  #cancelAtExit: Cancel | undefined

  constructor(options: SysfsPinsOptions) {
    const { clock, sysfs, load = async () => await import('onoff') } = options
    this.#clock = clock
    this.#sysfs = sysfs
    this.#load = load
    this.#atExit = options.atExit ?? atExit
  }

  /** @throws NodeError 'no-such-line', 'busy', 'not-permitted', 'unsupported' */
  async input(name: string, options: InputOptions = {}): Promise<InputLine> {
    const { bias = 'as-is', edge = 'both', numbered = false } = options
    if (bias !== 'as-is') {
      throw new NodeError('unsupported', `the pull resistor of ${name} cannot be set over /sys/class/gpio`, {
        hint: 'set it in /boot/firmware/config.txt, for example gpio=17=pu, and leave bias at as-is'
      })
    }
    if (numbered) {
      throw new NodeError('unsupported', `pulses on ${name} cannot be counted over /sys/class/gpio`, {
        hint: `kith's addon counts them, on Linux 5.10 with /dev/gpiochip0; build it ${buildHint()}`
      })
    }
    const gpio = await this.#take(name, 'in')
    return {
      name,
      read: async () => await gpio.read(),
      watch: (listener, onError) => {
        const stop = (): void => gpio.unwatch(callback)
        const callback = (error: Error | null | undefined, level: Level): void => {
          if (error) {
            stop()
            onError(refused(name, error))
          } else if (edge === 'both' || (edge === 'rising') === (level === 1)) {
            listener({ level, at: this.#clock.monotonic() })
          }
        }
        gpio.watch(callback)
        return stop
      },
      close: async () => this.#release(name)
    }
  }

  /** @throws NodeError 'no-such-line', 'busy', 'not-permitted', 'unsupported' */
  async output(name: string, initial: Level, atExit = initial): Promise<OutputLine> {
    const gpio = await this.#take(name, initial === 1 ? 'high' : 'low')
    this.#safeLevels.set(name, atExit)
    this.#cancelAtExit ??= this.#atExit(() => this.#applySafeLevels())
    return {
      name,
      persists: true,
      read: async () => await gpio.read(),
      write: async (level) => await gpio.write(level),
      close: async () => this.#release(name)
    }
  }

  async close(): Promise<void> {
    for (const name of [...this.#open.keys()]) this.#release(name)
    this.#cancelAtExit?.()
    this.#cancelAtExit = undefined
  }

  #applySafeLevels(): void {
    for (const [name, level] of this.#safeLevels) {
      try {
        this.#open.get(name)?.writeSync(level)
      } catch {
        // The other lines may still work.
      }
    }
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
      throw refused(name, error)
    }
  }

  #release(name: string): void {
    this.#open.get(name)?.unexport()
    this.#open.delete(name)
    this.#safeLevels.delete(name)
  }
}
