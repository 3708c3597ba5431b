import {
  type I2cDevice,
  type MatchResult,
  type Measurement,
  notKept,
  type OpenContext,
  type Options,
  type PollTiming,
  pollUntil,
  readWord,
  type Sensor,
  SensorError,
  writeWord
} from '../../src/driver.ts'
import { isFull, volts } from './convert.ts'
import * as chip from './registers.ts'

/** The chip has no identity register: instead, it must keep its settings. */
export async function open(
  device: I2cDevice,
  channels: readonly string[],
  options: Options,
  { clock, signal }: OpenContext
): Promise<Sensor> {
  const sensor = new Ads1115(device, clock, channels, Number(options['gain']), Number(options['rate']))
  await sensor.configure(signal)
  return sensor
}

/**
 * Sleeps between conversions and gets all settings for each: a value is never that of another input, and
 * no configuration can be lost.
 */
class Ads1115 implements Sensor {
  readonly #device: I2cDevice
  readonly #clock: OpenContext['clock']
  readonly #channels: readonly string[]
  readonly #fullScale: number
  readonly #settings: number
  readonly #timing: PollTiming

  constructor(
    device: I2cDevice,
    clock: OpenContext['clock'],
    channels: readonly string[],
    fullScale: number,
    rate: number
  ) {
    this.#device = device
    this.#clock = clock
    this.#channels = channels
    this.#fullScale = fullScale
    this.#settings =
      chip.SINGLE_SHOT |
      chip.NO_COMPARATOR |
      (chip.FULL_SCALE.indexOf(fullScale) << chip.FULL_SCALE_SHIFT) |
      (chip.RATES.indexOf(rate) << chip.RATE_SHIFT)
    const period = 1000 / rate
    this.#timing = { first: period + chip.WAKE_UP, every: 1 + period / 20, deadline: 10 + 2 * period }
  }

  async sample(signal: AbortSignal): Promise<readonly Measurement[]> {
    const measured: Measurement[] = []
    for (const channel of this.#channels) {
      const word = await this.#convert(channel, signal)
      measured.push({ quantity: 'voltage', channel, value: volts(word, this.#fullScale) })
    }
    return measured
  }

  async close(): Promise<void> {}

  async configure(signal: AbortSignal): Promise<void> {
    await writeWord(this.#device, chip.CONFIGURATION, this.#settings, { signal })
    await this.#converted(this.#settings, signal)
  }

  async #convert(channel: string, signal: AbortSignal): Promise<number> {
    const settings = this.#settings | ((chip.INPUTS[channel] ?? 0) << chip.INPUT_SHIFT)
    await writeWord(this.#device, chip.CONFIGURATION, settings | chip.START, { signal })
    await pollUntil(this.#clock, this.#device, this.#timing, signal, () => this.#converted(settings, signal))
    const word = await readWord(this.#device, chip.CONVERSION, { signal })
    if (!isFull(word)) return word
    throw new SensorError(
      'out-of-range',
      `${this.#device.label} has ${channel} beyond ${this.#fullScale} volts`,
      { hint: 'set a larger gain, or lower the voltage: it must stay within the supply' }
    )
  }

  /** @throws SensorError where the chip does not have the settings it was given */
  async #converted(settings: number, signal: AbortSignal): Promise<true | undefined> {
    const found = await readWord(this.#device, chip.CONFIGURATION, { signal })
    if ((found & ~chip.START) !== settings) throw notKept(this.#device, found, settings, 16)
    return found & chip.START ? true : undefined
  }
}

/** The chip has no identity register: its threshold registers must be as after power-on. */
export async function identify(
  device: I2cDevice,
  { signal }: Pick<OpenContext, 'signal'>
): Promise<MatchResult> {
  for (const { register, reset } of [chip.LOW_THRESHOLD, chip.HIGH_THRESHOLD])
    if ((await readWord(device, register, { signal })) !== reset) return 'no'
  return 'maybe'
}
