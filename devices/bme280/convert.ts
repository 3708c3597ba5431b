import { signed, view } from '../../src/driver.ts'
import {
  celsius,
  fineTemperature,
  type PressureCalibration,
  parseCodes,
  parsePressureCalibration,
  pascal
} from '../family/bosch-280/compensation.ts'

/** Compensation parameters as read from the chip's memory: BST-BME280-DS002, table 16. */
export interface Calibration extends PressureCalibration {
  readonly humidity: readonly [h1: number, h2: number, h3: number, h4: number, h5: number, h6: number]
}

/** What the converter gave: 20, 20 and 16 bits. */
export interface Raw {
  readonly pressure: number
  readonly temperature: number
  readonly humidity: number
}

export interface Values {
  /** °C */
  readonly temperature: number
  /** %RH */
  readonly humidity: number
  /** Pa */
  readonly pressure: number
}

/** @param low registers 88 to A1; @param high registers E1 to E7 */
export function parseCalibration(low: Uint8Array, high: Uint8Array): Calibration {
  const h = view(high)
  return {
    ...parsePressureCalibration(low),
    humidity: [
      view(low).getUint8(25),
      h.getInt16(0, true),
      h.getUint8(2),
      signed((h.getUint8(3) << 4) | (h.getUint8(4) & 0x0f), 12),
      signed((h.getUint8(5) << 4) | (h.getUint8(4) >> 4), 12),
      h.getInt8(6)
    ]
  }
}

/** @param data registers F7 to FE */
export function parseRaw(data: Uint8Array): Raw {
  return { ...parseCodes(data), humidity: view(data).getUint16(6) }
}

/** The datasheet's compensation in double precision: appendix 8.1 of BST-BME280-DS002, humidity not cropped. */
export function compensate(raw: Raw, calibration: Calibration): Values {
  const fine = fineTemperature(raw.temperature, calibration.temperature)
  return {
    temperature: celsius(fine),
    pressure: pascal(raw.pressure, fine, calibration.pressure),
    humidity: relativeHumidity(raw.humidity, fine, calibration.humidity)
  }
}

function relativeHumidity(
  adc: number,
  fine: number,
  [h1, h2, h3, h4, h5, h6]: Calibration['humidity']
): number {
  const t = fine - 76800
  const offset = h4 * 64 + (h5 / 16384) * t
  const scale = (h2 / 65536) * (1 + (h6 / 67108864) * t * (1 + (h3 / 67108864) * t))
  const h = (adc - offset) * scale
  return h * (1 - (h1 * h) / 524288)
}
