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
import { amperes, isFull, volts } from './convert.ts'
import * as chip from './registers.ts'

/** The chip has no identity register: instead, it must keep its settings. */
export async function open(
  device: I2cDevice,
  options: Options,
  { clock, signal }: OpenContext
): Promise<Sensor> {
  const shunt = Number(options['shunt'])
  const range = shuntRange(device, Number(options['maximum_current']), shunt)
  const sensor = new Ina219(device, clock, { shunt, range, samples: Number(options['samples']) })
  await sensor.convert(signal)
  return sensor
}

/** The smallest range in millivolts that holds the maximum current. @throws SensorError 'out-of-range' */
function shuntRange(device: I2cDevice, current: number, shunt: number): number {
  const millivolts = current * shunt * 1000
  // A product such as 3.2 · 0.1 is not exact.
  const range = chip.SHUNT_RANGES.find((each) => millivolts <= each + 1e-6)
  if (range !== undefined) return range
  throw new SensorError(
    'out-of-range',
    `${device.label} cannot measure ${current} A over ${shunt} ohm: ${Math.round(millivolts)} mV`,
    { hint: 'the maximum is 320 mV: set a smaller maximum_current, or use a smaller shunt' }
  )
}

interface Settings {
  /** Ohm */
  readonly shunt: number
  /** Millivolts */
  readonly range: number
  readonly samples: number
}

/**
 * Converts shunt and bus once for each sample, and computes current and power itself: without the calibration
 * register, no setting can be lost.
 */
class Ina219 implements Sensor {
  readonly #device: I2cDevice
  readonly #clock: OpenContext['clock']
  readonly #shunt: number
  readonly #range: number
  readonly #configuration: number
  readonly #timing: PollTiming

  constructor(device: I2cDevice, clock: OpenContext['clock'], { shunt, range, samples }: Settings) {
    const averaging = chip.AVERAGING + chip.AVERAGED.indexOf(samples)
    this.#device = device
    this.#clock = clock
    this.#shunt = shunt
    this.#range = range
    this.#configuration =
      chip.BUS_32_V |
      (chip.SHUNT_RANGES.indexOf(range) << chip.SHUNT_RANGE_SHIFT) |
      (averaging << chip.BUS_AVERAGING_SHIFT) |
      (averaging << chip.SHUNT_AVERAGING_SHIFT) |
      chip.ONCE
    this.#timing = {
      first: 2 * samples * chip.CONVERSION_TYPICAL,
      every: 1 + samples / 20,
      deadline: 10 + 4 * samples * chip.CONVERSION_MAX
    }
  }

  async sample(signal: AbortSignal): Promise<readonly Measurement[]> {
    const { bus, shunt } = await this.convert(signal)
    if (isFull(shunt, this.#range)) {
      throw new SensorError(
        'out-of-range',
        `${this.#device.label} has more than ${this.#range} mV over its shunt`,
        { hint: 'set a larger maximum_current, or use a smaller shunt' }
      )
    }
    const [voltage, current] = [volts(bus), amperes(shunt, this.#shunt)]
    return [
      { quantity: 'voltage', value: voltage },
      { quantity: 'current', value: current },
      { quantity: 'power', value: voltage * current }
    ]
  }

  async close(): Promise<void> {}

  /** Both registers of one conversion. @throws BusError, SensorError */
  async convert(signal: AbortSignal): Promise<{ readonly bus: number; readonly shunt: number }> {
    await writeWord(this.#device, chip.CONFIGURATION, this.#configuration, { signal })
    return await pollUntil(this.#clock, this.#device, this.#timing, signal, async () => {
      const bus = await readWord(this.#device, chip.BUS_VOLTAGE, { signal })
      const shunt = await readWord(this.#device, chip.SHUNT_VOLTAGE, { signal })
      const found = await readWord(this.#device, chip.CONFIGURATION, { signal })
      if (found !== this.#configuration) throw notKept(this.#device, found, this.#configuration, 16)
      return bus & chip.READY ? { bus, shunt } : undefined
    })
  }
}

/** The chip has no identity register: range and mode must be those of a reset (399f), or of this driver. */
export async function identify(
  device: I2cDevice,
  { signal }: Pick<OpenContext, 'signal'>
): Promise<MatchResult> {
  const word = await readWord(device, chip.CONFIGURATION, { signal })
  const mode = word & chip.MODE
  return (word & chip.UPPER) === chip.BUS_32_V && (mode === chip.CONTINUOUS || mode === chip.ONCE)
    ? 'maybe'
    : 'no'
}
