import {
  commandWords,
  type I2cDevice,
  isBusError,
  type MatchResult,
  type OpenContext,
  type Options,
  type Sensor,
  SensorError
} from '../../src/driver.ts'
import { temperatureOffsetWord } from './convert.ts'
import { PeriodicScd4x } from './periodic.ts'
import { Port, type Setting } from './port.ts'
import * as chip from './registers.ts'
import { SingleShotScd4x } from './single-shot.ts'

export async function open(
  device: I2cDevice,
  options: Options,
  { clock, signal }: OpenContext
): Promise<Sensor> {
  const port = new Port(device, clock)
  const settings = settingsOf(options)
  await port.send(chip.STOP, chip.STOP_TIME, signal)
  await port.ask(chip.SERIAL_NUMBER, signal)
  if (options['mode'] === 'periodic') return new PeriodicScd4x(port, settings)
  const [variant = 0] = await port.ask(chip.VARIANT, signal)
  if (variant >> 12 !== chip.SCD40) return new SingleShotScd4x(port, settings)
  throw new SensorError('wrong-chip', `${device.label} is a scd40, which cannot measure single shots`, {
    hint: 'write mode: periodic in the configuration'
  })
}

/** A pressure is sent only where it is not that of sea level: it overrides the altitude. */
function settingsOf(options: Options): readonly Setting[] {
  const number = (name: string): number => Number(options[name])
  const settings: Setting[] = [
    { command: chip.SET_TEMPERATURE_OFFSET, word: temperatureOffsetWord(number('temperature_offset')) },
    { command: chip.SET_ALTITUDE, word: number('altitude') },
    { command: chip.SET_SELF_CALIBRATION, word: options['self_calibration'] === true ? 1 : 0 }
  ]
  const pressure = Math.round(number('ambient_pressure'))
  return pressure === chip.SEA_LEVEL
    ? settings
    : [...settings, { command: chip.SET_PRESSURE, word: pressure }]
}

/** A chip that measures does not return its serial number, but its data-ready status. */
export async function identify(
  device: I2cDevice,
  { clock, signal }: Pick<OpenContext, 'clock' | 'signal'>
): Promise<MatchResult> {
  try {
    await commandWords(clock, device, chip.SERIAL_NUMBER, signal)
  } catch (error) {
    if (!isBusError(error)) throw error
    await commandWords(clock, device, chip.DATA_READY, signal)
  }
  return 'sure'
}
