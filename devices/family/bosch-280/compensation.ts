import { view } from '../../../src/driver.ts'

/** Compensation parameters: BST-BMP280-DS001 table 17, BST-BME280-DS002 table 16. */
export interface PressureCalibration {
  readonly temperature: readonly [t1: number, t2: number, t3: number]
  readonly pressure: readonly [
    p1: number,
    p2: number,
    p3: number,
    p4: number,
    p5: number,
    p6: number,
    p7: number,
    p8: number,
    p9: number
  ]
}

/** @param bytes registers 88 to 9F; what follows is passed over */
export function parsePressureCalibration(bytes: Uint8Array): PressureCalibration {
  const words = view(bytes)
  const int16 = (offset: number): number => words.getInt16(offset, true)
  return {
    temperature: [words.getUint16(0, true), int16(2), int16(4)],
    pressure: [
      words.getUint16(6, true),
      int16(8),
      int16(10),
      int16(12),
      int16(14),
      int16(16),
      int16(18),
      int16(20),
      int16(22)
    ]
  }
}

/** Whether there is a calibration at all: T1 and P1 are 0 or ffff in an empty memory. */
export function isCalibrated({ temperature: [t1], pressure: [p1] }: PressureCalibration): boolean {
  return [t1, p1].every((word) => word !== 0 && word !== 0xffff)
}

/** What the converter gave for pressure and temperature: 20 bits each, registers F7 to FC. */
export function parseCodes(data: Uint8Array): { readonly pressure: number; readonly temperature: number } {
  const words = view(data)
  const uint20 = (offset: number): number =>
    (words.getUint16(offset) << 4) | (words.getUint8(offset + 2) >> 4)
  return { pressure: uint20(0), temperature: uint20(3) }
}

/**
 * Whether a value of the block is 80000 or 8000, which stand for a skipped measurement:
 * BST-BME280-DS002, 5.4.7 to 5.4.9. A measurement may also give them.
 * @param data registers F7 to FC, or to FE
 */
export function looksSkipped(data: Uint8Array): boolean {
  return [0, 3, 6].some((at) => data[at] === 0x80 && data[at + 1] === 0 && (data[at + 2] ?? 0) >> 4 === 0)
}

// The formulas in double precision: BST-BMP280-DS001 8.1, BST-BME280-DS002 appendix 8.1.

/** The temperature that the other formulas take: 5120 a degree. */
export function fineTemperature(code: number, [t1, t2, t3]: PressureCalibration['temperature']): number {
  const linear = (code / 16384 - t1 / 1024) * t2
  const square = (code / 131072 - t1 / 8192) ** 2 * t3
  return linear + square
}

/** °C */
export function celsius(fine: number): number {
  return fine / 5120
}

/** Pa */
export function pascal(
  code: number,
  fine: number,
  [p1, p2, p3, p4, p5, p6, p7, p8, p9]: PressureCalibration['pressure']
): number {
  const t = fine / 2 - 64000
  const offset = ((t * t * p6) / 32768 + t * p5 * 2) / 4 + p4 * 65536
  const scale = (1 + ((p3 * t * t) / 524288 + p2 * t) / 524288 / 32768) * p1
  const p = ((1048576 - code - offset / 4096) * 6250) / scale
  return p + ((p9 * p * p) / 2147483648 + (p * p8) / 32768 + p7) / 16
}
