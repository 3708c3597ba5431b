// Infineon DPS310 datasheet v01_02. Most significant byte first. Where no section is given, the
// datasheet does not describe the register, and the source of the number is named instead.

export const PRESSURE = 0x00
export const TEMPERATURE = 0x03
export const PRESSURE_CONFIGURATION = 0x06
export const TEMPERATURE_CONFIGURATION = 0x07
export const MEASURE = 0x08
export const CONFIGURATION = 0x09
export const RESET = 0x0c
export const IDENTITY = 0x0d
export const COEFFICIENTS = 0x10 // 8.11
export const COEFFICIENTS_LENGTH = 18
export const COEFFICIENT_SOURCE = 0x28

/** Product 0, revision 1 [Infineon/DPS310-Pressure-Sensor dps310_config.h, Adafruit_DPS310.cpp]. */
export const DPS310 = 0x10

/** Bits of MEASURE [linux drivers/iio/pressure/dps310.c]. */
export const COEFFICIENTS_READY = 0x80
export const SENSOR_READY = 0x40
export const TEMPERATURE_READY = 0x20
export const PRESSURE_READY = 0x10
export const MEASURE_TEMPERATURE = 0x02
export const MEASURE_PRESSURE = 0x01

/** Bits of CONFIGURATION, needed above 8x [dps310_config.h; Linux's bit 4 for pressure is an interrupt's]. */
export const TEMPERATURE_SHIFT = 0x08
export const PRESSURE_SHIFT = 0x04

/** Bit 7 of TEMPERATURE_CONFIGURATION must be that of COEFFICIENT_SOURCE: which sensor is calibrated. */
export const SOURCE = 0x80

/**
 * Two measurements a second, of the background mode that is not used: it distinguishes a configured chip from
 * one that lost its power, whose configuration is 0.
 */
export const RATE = 0x10

export const SOFT_RESET = 0x09 // the low half of RESET; the high half, 8, would flush the FIFO

/** Samples averaged per value, by the code of both configuration registers. */
export const OVERSAMPLING: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128]

/**
 * Without bit 1 of 32 the chip reads about 60 °C at 20 °C until it is given this, register by register
 * [linux drivers/iio/pressure/dps310.c, dps310_temp_workaround; DpsClass.cpp, correctTemp].
 */
export const TRIMMED = 0x32
export const TRIMMED_BIT = 0x02
export const TRIMMING: readonly (readonly [register: number, value: number])[] = [
  [0x0e, 0xa5],
  [0x0f, 0x96],
  [0x62, 0x02],
  [0x0e, 0x00],
  [0x0f, 0x00]
]

/** Milliseconds from reset until sensor and coefficients are ready: 12 and 40 [Infineon waits 50]. */
export const START_UP = 40

/** Typical milliseconds of one measurement, of pressure as of temperature [zephyr dps310.c]: 3.6 to 206.8. */
export function measurementTime(oversampling: number): number {
  return 2 + 1.6 * oversampling
}
