import {
  checkIdentity,
  commandWords,
  cropHumidity,
  type I2cDevice,
  type MatchResult,
  type Measurement,
  type OpenContext,
  type Options,
  type Sensor,
  type WordCommand
} from '../../src/driver.ts'
import { celsius, relativeHumidity } from './convert.ts'
import * as chip from './registers.ts'

export async function openSi7021(
  device: I2cDevice,
  _options: Options,
  { clock, signal }: OpenContext
): Promise<Sensor> {
  const user = await resetUserRegister(device, clock, signal)
  checkIdentity(device, user, chip.SI7021_USER, new Map([[chip.HTU21D_USER, 'htu21d']]))
  const [number = 0] = await commandWords(clock, device, chip.SERIAL_NUMBER, signal)
  checkIdentity(device, number >> 8, chip.SI7021_PART, chip.OTHER_PARTS)
  return new HumidityAndTemperature(device, clock, chip.SI7021_MEASURING)
}

/** The htu21d has no part number; its user register differs from that of the si7021. */
export async function openHtu21d(
  device: I2cDevice,
  _options: Options,
  { clock, signal }: OpenContext
): Promise<Sensor> {
  const user = await resetUserRegister(device, clock, signal)
  checkIdentity(device, user, chip.HTU21D_USER, new Map([[chip.SI7021_USER, 'si7021']]))
  return new HumidityAndTemperature(device, clock, chip.HTU21D_MEASURING)
}

/** The register after a reset, which also turns the heater off. */
async function resetUserRegister(
  device: I2cDevice,
  clock: OpenContext['clock'],
  signal: AbortSignal
): Promise<number> {
  await device.write(chip.SOFT_RESET, { signal })
  await clock.sleep(chip.RESET_TIME, signal)
  const [user = 0] = await device.writeRead([chip.USER_REGISTER], 1, { signal })
  return user
}

/** Measures once for each sample with the resolution of power-on: no setting can be lost. */
class HumidityAndTemperature implements Sensor {
  readonly #device: I2cDevice
  readonly #clock: OpenContext['clock']
  readonly #measuring: chip.Measuring

  constructor(device: I2cDevice, clock: OpenContext['clock'], measuring: chip.Measuring) {
    this.#device = device
    this.#clock = clock
    this.#measuring = measuring
  }

  async sample(signal: AbortSignal): Promise<readonly Measurement[]> {
    const [humidity = 0] = await this.#ask(this.#measuring.humidity, signal)
    const [temperature = 0] = await this.#ask(this.#measuring.temperature, signal)
    return [
      { quantity: 'temperature', value: celsius(temperature) },
      { quantity: 'humidity', value: cropHumidity(relativeHumidity(humidity)) }
    ]
  }

  async close(): Promise<void> {}

  #ask(command: WordCommand, signal: AbortSignal): Promise<number[]> {
    return commandWords(this.#clock, this.#device, command, signal)
  }
}

/**
 * Reads the user register first: other chips of the address (PCA9685) would take the other commands as writes,
 * and fe, the manufacturer register of TI's chips, resets them.
 */
export async function identifySi7021(
  device: I2cDevice,
  { clock, signal }: Pick<OpenContext, 'clock' | 'signal'>
): Promise<MatchResult> {
  if ((await fixedUserBits(device, signal)) !== chip.SI7021_USER) return 'no'
  const [number = 0] = await commandWords(clock, device, chip.SERIAL_NUMBER, signal)
  const relative = chip.OTHER_PARTS.get(number >> 8)
  if (number >> 8 === chip.SI7021_PART) return 'sure'
  return relative === undefined ? 'no' : { relative }
}

/** The htu21d has no part number, but its values have a checksum. */
export async function identifyHtu21d(
  device: I2cDevice,
  { clock, signal }: Pick<OpenContext, 'clock' | 'signal'>
): Promise<MatchResult> {
  if ((await fixedUserBits(device, signal)) !== chip.HTU21D_USER) return 'no'
  await commandWords(clock, device, chip.HTU21D_MEASURING.temperature, signal)
  return 'sure'
}

/** Without the bits of resolution, heater and supply. */
async function fixedUserBits(device: I2cDevice, signal: AbortSignal): Promise<number> {
  const [user = 0] = await device.writeRead([chip.USER_REGISTER], 1, { signal })
  return user & chip.USER_FIXED
}
