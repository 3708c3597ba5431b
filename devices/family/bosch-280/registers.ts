// What Bosch's BMP280 and BME280 have in common. Sections are those of BST-BME280-DS002; the registers, their
// bits and the compensation are the same in BST-BMP280-DS001 (4.2, 4.3 and 3.11 there).

export const IDENTITY = 0xd0 // 5.4.1

export const RESET = 0xe0
export const RESET_WORD = 0xb6 // 5.4.2
/** 1.1, table 1: milliseconds from reset to the first communication. */
export const START_UP = 2

/** 4.2.2: compensation parameters T1 to P9, 24 bytes. */
export const CALIBRATION = 0x88
export const CALIBRATION_LENGTH = 24

export const CONTROL_HUMIDITY = 0xf2 // 5.4.3, BME280 only: takes effect with the next CONTROL_MEASURE
export const STATUS = 0xf3 // 5.4.4
export const CONTROL_MEASURE = 0xf4 // 5.4.5
export const CONFIGURATION = 0xf5 // 5.4.6
export const DATA = 0xf7 // 5.4.7 to 5.4.9: pressure, temperature, humidity

export const MEASURING = 0x08
export const LOADING_CALIBRATION = 0x01

export const SLEEP = 0
export const FORCED = 1
export const NORMAL = 3
/** Samples averaged per value, by the code of osrs_t, osrs_p and osrs_h: tables 20, 23, 24. */
export const OVERSAMPLING: readonly number[] = [0, 1, 2, 4, 8, 16]
/** Table 28. */
export const FILTER: readonly number[] = [0, 2, 4, 8, 16]
/** Table 27, code 5: asleep for 1000 ms between two measurements of normal mode; the same in both chips. */
export const STANDBY_CODE = 5
export const STANDBY = 1000

/** Maximum milliseconds of one measurement, all values with the same oversampling: 9.1. */
export function measurementTime(oversampling: number, values: 2 | 3): number {
  return 1.25 + 2.3 * oversampling + (values - 1) * (2.3 * oversampling + 0.575)
}
