import type { Clock } from '../../../clock.ts'
import { NodeError } from '../../../error.ts'
import { buildHint } from '../../../installation.ts'
import type { InputLine, InputOptions, Level, OutputLine, Pins } from '../../gpio.ts'
import type { Sysfs } from '../../sysfs.ts'
import { orSimulated } from '../native.ts'
import { loadGpioKernel } from './addon.ts'
import { CharacterPins } from './character-pins.ts'
import type { GpioKernel } from './kernel.ts'
import { SysfsPins, type SysfsPinsOptions } from './sysfs-pins.ts'

export interface LinuxPinsOptions extends SysfsPinsOptions {
  readonly clock: Clock
  readonly sysfs: Sysfs
  /** The addon. */
  readonly loadKernel?: () => Promise<GpioKernel>
}

/**
 * The pins of this machine: by the character device where there is one and the addon was built, else over
 * sysfs. Chosen when the first line is opened; where no chip is found then, again at the next.
 */
export class LinuxPins implements Pins {
  readonly #options: LinuxPinsOptions
  readonly #sysfs: SysfsPins
  #character: CharacterPins | undefined

  constructor(options: LinuxPinsOptions) {
    this.#options = options
    this.#sysfs = new SysfsPins(options)
  }

  async input(line: string, options?: InputOptions): Promise<InputLine> {
    return await (await this.#pinsFor(line)).input(line, options)
  }

  async output(line: string, initial: Level, atExit?: Level): Promise<OutputLine> {
    return await (await this.#pinsFor(line)).output(line, initial, atExit)
  }

  async close(): Promise<void> {
    await Promise.all([this.#character?.close(), this.#sysfs.close()])
  }

  async #pinsFor(line: string): Promise<Pins> {
    if (this.#character !== undefined) return this.#character
    const { clock, sysfs, loadKernel = loadGpioKernel } = this.#options
    const [loaded] = await Promise.allSettled([loadKernel()])
    if (loaded.status === 'rejected' && (await sysfs.list('/sys/class/gpio')).length === 0)
      throw unbuilt(line, loaded.reason)
    if (loaded.status === 'rejected' || loaded.value.chips().length === 0) return this.#sysfs
    this.#character ??= new CharacterPins({ clock, sysfs, kernel: loaded.value })
    return this.#character
  }
}

function unbuilt(line: string, cause: unknown): NodeError {
  return new NodeError('unsupported', `${line} cannot be used: the GPIO addon is not built here`, {
    hint: orSimulated(`build it ${buildHint()}`),
    cause
  })
}
