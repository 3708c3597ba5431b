import type { Clock } from '../../clock.ts'
import type { I2cDevice } from '../bus/i2c-device.ts'
import type { Identification, Measurement, Sensor } from '../sensor.ts'
import { parseCrcWords } from './crc-words.ts'
import { readWhenAcknowledged } from './poll-until.ts'

/** A command that a chip answers with words, each followed by its CRC. */
export interface WordCommand {
  readonly command: readonly number[]
  /** Milliseconds until the answer is first read. */
  readonly time: number
  /** How many words the answer has. */
  readonly words: number
  /** The initial value of the CRC. */
  readonly crc: 0x00 | 0xff
}

/**
 * Sends the command and reads the answer of a chip that does not acknowledge until it is ready.
 * @throws BusError; SensorError 'bad-crc', 'stuck'
 */
export async function commandWords(
  clock: Clock,
  device: I2cDevice,
  { command, time, words, crc }: WordCommand,
  signal: AbortSignal
): Promise<number[]> {
  await device.write(command, { signal })
  const timing = { first: time, every: 2, deadline: 10 * time + 20 }
  return parseCrcWords(device, await readWhenAcknowledged(clock, device, 3 * words, timing, signal), crc)
}

/** Recognises a chip by a command that no other chip of its address answers with correct checksums. */
export function identifyByAnswer(command: WordCommand): Identification['ask'] {
  return async (device, { clock, signal }) => {
    await commandWords(clock, device, command, signal)
    return 'sure'
  }
}

/** A chip that measures once for each command: a value is never older than its sample, no setting can be lost. */
export class CommandSensor implements Sensor {
  readonly #clock: Clock
  readonly #device: I2cDevice
  readonly #command: WordCommand
  readonly #convert: (words: readonly number[]) => readonly Measurement[]

  /** @param convert the measurements of the answer's words */
  constructor(
    clock: Clock,
    device: I2cDevice,
    command: WordCommand,
    convert: (words: readonly number[]) => readonly Measurement[]
  ) {
    this.#clock = clock
    this.#device = device
    this.#command = command
    this.#convert = convert
  }

  async sample(signal: AbortSignal): Promise<readonly Measurement[]> {
    return this.#convert(await commandWords(this.#clock, this.#device, this.#command, signal))
  }

  async close(): Promise<void> {}
}
