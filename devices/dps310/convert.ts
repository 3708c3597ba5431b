import { signed, view } from '../../src/driver.ts'

/** Datasheet v01_02, 8.11: all are two's complement, of 12, 20 and 16 bits. */
export interface Coefficients {
  readonly c0: number
  readonly c1: number
  readonly c00: number
  readonly c10: number
  readonly c01: number
  readonly c11: number
  readonly c20: number
  readonly c21: number
  readonly c30: number
}

export interface Values {
  /** °C */
  readonly temperature: number
  /** Pa */
  readonly pressure: number
}

/** What a raw value is divided by, by the code of its oversampling: 4.9, compensation scale factors. */
const SCALE: readonly number[] = [524288, 1572864, 3670016, 7864320, 253952, 516096, 1040384, 2088960]

/** @param bytes registers 10 to 21 */
export function parseCoefficients(bytes: Uint8Array): Coefficients {
  const words = view(bytes)
  return {
    c0: signed(words.getUint16(0) >> 4, 12),
    c1: signed(words.getUint16(1), 12),
    c00: signed(words.getUint32(2) >>> 4, 20),
    c10: signed(words.getUint32(4), 20),
    c01: words.getInt16(8),
    c11: words.getInt16(10),
    c20: words.getInt16(12),
    c21: words.getInt16(14),
    c30: words.getInt16(16)
  }
}

/** Whether there are coefficients: an empty memory is all zeros or all ones. */
export function isCalibrated({ c1, c10 }: Coefficients): boolean {
  return [c1, c10].every((coefficient) => coefficient !== 0 && coefficient !== -1)
}

/** @param bytes three registers of a measurement */
export function parseRaw(bytes: Uint8Array): number {
  const words = view(bytes)
  return (words.getInt16(0) << 8) | words.getUint8(2)
}

/** 4.9.1 and 4.9.2. @param code the oversampling of both raw values, 0 (1x) to 7 (128x) */
export function compensate(
  raw: { readonly temperature: number; readonly pressure: number },
  code: number,
  { c0, c1, c00, c10, c01, c11, c20, c21, c30 }: Coefficients
): Values {
  const scale = SCALE[code] ?? Number.NaN
  const t = raw.temperature / scale
  const p = raw.pressure / scale
  return {
    temperature: c0 * 0.5 + c1 * t,
    pressure: c00 + p * (c10 + p * (c20 + p * c30)) + t * c01 + t * p * (c11 + p * c21)
  }
}
