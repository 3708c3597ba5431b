import type { I2cDevice, MatchResult, OpenContext, Options, Sensor } from '../../src/driver.ts'
import { type PressureCalibration, parsePressureCalibration } from '../family/bosch-280/compensation.ts'
import { CALIBRATION, CALIBRATION_LENGTH } from '../family/bosch-280/registers.ts'
import { type Bosch280Chip, identifyBosch280, openBosch280 } from '../family/bosch-280/sensor.ts'
import { compensate } from './convert.ts'
import { BMP280, LOOK_ALIKES } from './registers.ts'

const CHIP: Bosch280Chip<PressureCalibration> = {
  identity: BMP280,
  lookAlikes: LOOK_ALIKES,
  values: 2,
  async readCalibration(device, signal) {
    return parsePressureCalibration(await device.writeRead([CALIBRATION], CALIBRATION_LENGTH, { signal }))
  },
  measurements(data, calibration) {
    const { temperature, pressure } = compensate(data, calibration)
    return [
      { quantity: 'temperature', value: temperature },
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
  return await identifyBosch280(device, context, BMP280, LOOK_ALIKES)
}
