import {
  CommandSensor,
  commandWords,
  type I2cDevice,
  identifyByAnswer,
  isBusError,
  type Measurement,
  type OpenContext,
  type Options,
  type Sensor
} from '../../src/driver.ts'
import { celsius, relativeHumidity } from './convert.ts'
import { BREAK, COMMAND_TIME, MEASURE, SERIAL_NUMBER, SOFT_RESET } from './registers.ts'

/** The serial number has no type, but no other chip with this address answers this command. */
export async function open(
  device: I2cDevice,
  options: Options,
  { clock, signal }: OpenContext
): Promise<Sensor> {
  await device.write(BREAK, { signal }).catch(unlessRefused)
  await clock.sleep(COMMAND_TIME, signal)
  await device.write(SOFT_RESET, { signal })
  await clock.sleep(COMMAND_TIME, signal)
  // A sht4x would take the first byte of a measurement as the command to heat: check the chip before measuring.
  await commandWords(clock, device, SERIAL_NUMBER, signal)
  const repeatability = options['repeatability'] as keyof typeof MEASURE
  return new CommandSensor(clock, device, MEASURE[repeatability], measurements)
}

function unlessRefused(error: unknown): void {
  if (!isBusError(error) || !error.kind.startsWith('no-acknowledge')) throw error
}

function measurements([temperature = 0, humidity = 0]: readonly number[]): Measurement[] {
  return [
    { quantity: 'temperature', value: celsius(temperature) },
    { quantity: 'humidity', value: relativeHumidity(humidity) }
  ]
}

export const identify = identifyByAnswer(SERIAL_NUMBER)
