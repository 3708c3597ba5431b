import {
  cropHumidity,
  type I2cDevice,
  type MatchResult,
  type OpenContext,
  type Options,
  type Sensor
} from '../../src/driver.ts'
import { CALIBRATION } from '../family/bosch-280/registers.ts'
import { type Bosch280Chip, identifyBosch280, openBosch280 } from '../family/bosch-280/sensor.ts'
import { type Calibration, compensate, parseCalibration, parseRaw } from './convert.ts'
import {
  BME280,
  CALIBRATION_HIGH,
  CALIBRATION_HIGH_LENGTH,
  CALIBRATION_LOW_LENGTH,
  LOOK_ALIKES
} from './registers.ts'

const CHIP: Bosch280Chip<Calibration> = {
  identity: BME280,
  lookAlikes: LOOK_ALIKES,
  values: 3,
  async readCalibration(device, signal) {
    const low = await device.writeRead([CALIBRATION], CALIBRATION_LOW_LENGTH, { signal })
    const high = await device.writeRead([CALIBRATION_HIGH], CALIBRATION_HIGH_LENGTH, { signal })
    return parseCalibration(low, high)
  },
  measurements(data, calibration) {
    const { temperature, humidity, pressure } = compensate(parseRaw(data), calibration)
    return [
      { quantity: 'temperature', value: temperature },
      { quantity: 'humidity', value: cropHumidity(humidity) },
      { quantity: 'pressure', value: pressure }
    ]
  }
}

export async function open(device: I2cDevice, options: Options, context: OpenContext): Promise<Sensor> {
  return await openBosch280(device, options, context, CHIP)
}

export async function identify(
  device: I2cDevice,
  context: Pick<OpenContext, 'clock' | 'signal'>
): Promise<MatchResult> {
  return await identifyBosch280(device, context, BME280, LOOK_ALIKES)
}
