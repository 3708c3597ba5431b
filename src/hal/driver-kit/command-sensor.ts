import type { Clock } from '../../clock.ts'
import type { I2cDevice } from '../bus/i2c-device.ts'
import type { Measurement, Sensor } from '../sensor.ts'
import { commandWords, type WordCommand } from './command-words.ts'

/** A chip that measures once when it is asked: a value is never older, and there is no setting to be lost. */
export class CommandSensor implements Sensor {
  readonly #clock: Clock
  readonly #device: I2cDevice
  readonly #question: WordCommand
  readonly #tell: (words: readonly number[]) => readonly Measurement[]

  /** @param tell what the words of the answer mean */
  constructor(
    clock: Clock,
    device: I2cDevice,
    question: WordCommand,
    tell: (words: readonly number[]) => readonly Measurement[]
  ) {
    this.#clock = clock
    this.#device = device
    this.#question = question
    this.#tell = tell
  }

  async sample(signal: AbortSignal): Promise<readonly Measurement[]> {
    return this.#tell(await commandWords(this.#clock, this.#device, this.#question, signal))
  }

  async close(): Promise<void> {}
}
