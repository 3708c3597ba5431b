import {
  celsius,
  fineTemperature,
  type PressureCalibration,
  parseCodes,
  pascal
} from '../family/bosch-280/compensation.ts'

export interface Values {
  /** °C */
  readonly temperature: number
  /** Pa */
  readonly pressure: number
}

/**
 * The datasheet's compensation in double precision: BST-BMP280-DS001 8.1.
 * @param data registers F7 to FC
 */
export function compensate(data: Uint8Array, calibration: PressureCalibration): Values {
  const codes = parseCodes(data)
  const fine = fineTemperature(codes.temperature, calibration.temperature)
  return { temperature: celsius(fine), pressure: pascal(codes.pressure, fine, calibration.pressure) }
}
