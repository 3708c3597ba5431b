import {
  CommandSensor,
  commandWords,
  cropHumidity,
  type I2cDevice,
  identifyByAnswer,
  type Measurement,
  type OpenContext,
  type Options,
  type Sensor
} from '../../src/driver.ts'
import { celsius, relativeHumidity } from './convert.ts'
import { MEASURE, RESET_TIME, SERIAL_NUMBER, SOFT_RESET } from './registers.ts'

/** The serial number has no type, but no other chip with this address answers this command. */
export async function open(
  device: I2cDevice,
  options: Options,
  { clock, signal }: OpenContext
): Promise<Sensor> {
  await device.write(SOFT_RESET, { signal })
  await clock.sleep(RESET_TIME, signal)
  await commandWords(clock, device, SERIAL_NUMBER, signal)
  const precision = options['precision'] as keyof typeof MEASURE
  return new CommandSensor(clock, device, MEASURE[precision], measurements)
}

function measurements([temperature = 0, humidity = 0]: readonly number[]): Measurement[] {
  return [
    { quantity: 'temperature', value: celsius(temperature) },
    { quantity: 'humidity', value: cropHumidity(relativeHumidity(humidity)) }
  ]
}

export const identify = identifyByAnswer(SERIAL_NUMBER)
