import type { ChipModel, ChipModelFactory, ModelEnvironment } from '../../src/simulated.ts'

/** BH1750FVI technical note rev. B: typical milliseconds of H-resolution measurements at the usual time. */
const MEASUREMENT = 120
const USUAL_TIME = 0x45

export const model: ChipModelFactory = (environment) => new Bh1750Model(environment)

/** The chip without its L-resolution modes. */
class Bh1750Model implements ChipModel {
  readonly #environment: ModelEnvironment
  #powered = false
  #time = USUAL_TIME
  #result = 0
  /** The current measurement: its start, its resolution, and whether another follows. */
  #measuring: { since: number; readonly half: boolean; readonly again: boolean } | undefined

  constructor(environment: ModelEnvironment) {
    this.#environment = environment
  }

  write(commands: Uint8Array): void {
    this.#catchUp()
    for (const command of commands) this.#execute(command)
  }

  read(count: number): Uint8Array {
    this.#catchUp()
    return Uint8Array.from({ length: count }, (_, at) =>
      at % 2 === 0 ? this.#result >> 8 : this.#result & 0xff
    )
  }

  #execute(command: number): void {
    const since = this.#environment.clock.monotonic()
    if (command === 0x00) this.#powered = false
    if (command === 0x01) this.#powered = true
    if (command === 0x07 && this.#powered) this.#result = 0
    if (command >> 3 === 0x08) this.#time = (this.#time & 0x1f) | ((command & 7) << 5)
    if (command >> 5 === 0x03) this.#time = (this.#time & 0xe0) | (command & 0x1f)
    if ([0x10, 0x11, 0x20, 0x21].includes(command)) {
      this.#powered = true
      this.#measuring = { since, half: (command & 1) === 1, again: command < 0x20 }
    }
    if (!this.#powered) this.#measuring = undefined
  }

  #catchUp(): void {
    if (this.#measuring === undefined) return
    const { since, half, again } = this.#measuring
    const duration = (MEASUREMENT * this.#time) / USUAL_TIME
    const { clock, ambient } = this.#environment
    const ended = Math.floor((clock.monotonic() - since) / duration)
    if (ended < 1) return
    const late = clock.monotonic() - since - (again ? ended : 1) * duration
    // 1.2 counts a lux at the usual time; the photodiode's charge grows with the time.
    const counts = ambient.value('illuminance', clock.now() - late) * 1.2 * (half ? 2 : 1)
    this.#result = Math.min(0xffff, Math.round((counts * this.#time) / USUAL_TIME))
    this.#measuring.since += ended * duration
    if (again) return
    this.#measuring = undefined
    this.#powered = false
  }
}
