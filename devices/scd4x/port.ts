import {
  commandWords,
  crcWords,
  type I2cDevice,
  type Measurement,
  type OpenContext,
  SensorError,
  type WordCommand
} from '../../src/driver.ts'
import { celsius, co2Ratio, relativeHumidity } from './convert.ts'
import * as chip from './registers.ts'

/** A command with one word. */
export interface Setting {
  readonly command: readonly number[]
  readonly word: number
}

/** The commands of the chip. */
export class Port {
  readonly device: I2cDevice
  readonly clock: OpenContext['clock']

  constructor(device: I2cDevice, clock: OpenContext['clock']) {
    this.device = device
    this.clock = clock
  }

  /** Resolves when the command is done. */
  async send(command: readonly number[], time: number, signal: AbortSignal): Promise<void> {
    await this.device.write(command, { signal })
    await this.clock.sleep(time, signal)
  }

  async ask(command: WordCommand, signal: AbortSignal): Promise<number[]> {
    return await commandWords(this.clock, this.device, command, signal)
  }

  async set(settings: readonly Setting[], signal: AbortSignal): Promise<void> {
    for (const { command, word } of settings) {
      await this.send([...command, ...crcWords([word], chip.CRC)], chip.SET_TIME, signal)
    }
  }

  async isReady(signal: AbortSignal): Promise<boolean> {
    const [status = 0] = await this.ask(chip.DATA_READY, signal)
    return (status & chip.READY) !== 0
  }

  /** @throws SensorError 'out-of-range' where the chip returns 0 ppm, which stands for no value */
  async read(signal: AbortSignal): Promise<readonly Measurement[]> {
    const [co2 = 0, temperature = 0, humidity = 0] = await this.ask(chip.MEASUREMENT, signal)
    if (co2 === 0) {
      throw new SensorError('out-of-range', `${this.device.label} has no value: it returns 0 ppm of CO2`, {
        hint: 'wait for its next measurement; if that is 0 as well, the chip is damaged'
      })
    }
    return [
      { quantity: 'co2', value: co2Ratio(co2) },
      { quantity: 'temperature', value: celsius(temperature) },
      { quantity: 'humidity', value: relativeHumidity(humidity) }
    ]
  }
}
