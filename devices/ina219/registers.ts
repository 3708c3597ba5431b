// Texas Instruments INA219, SBOS448: all registers have 16 bits, most significant byte first. Bits are those
// of the configuration register (8.6.2.1 in revision G) and of linux drivers/iio/adc/ina2xx-adc.c.

export const CONFIGURATION = 0x00
export const SHUNT_VOLTAGE = 0x01
export const BUS_VOLTAGE = 0x02

/** Bit 13: 32 V of full scale; a step of the bus voltage is 4 mV either way. */
export const BUS_32_V = 0x2000
/** Bits 12 and 11, by index: millivolts over the shunt, plus and minus. */
export const SHUNT_RANGES: readonly number[] = [40, 80, 160, 320]
export const SHUNT_RANGE_SHIFT = 11
/** Bits 10 to 7 and 6 to 3: conversions averaged, 8 + the index. */
export const AVERAGED: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128]
export const AVERAGING = 8
export const BUS_AVERAGING_SHIFT = 7
export const SHUNT_AVERAGING_SHIFT = 3
/** Bits 2 to 0: shunt and bus are converted once, at the write of the register; then the converter sleeps. */
export const ONCE = 3

/** Bit 1 of BUS_VOLTAGE; reading the register may clear it. */
export const READY = 0x0002

/** Milliseconds of one conversion: typical, and above the maximum (0.586). */
export const CONVERSION_TYPICAL = 0.532
export const CONVERSION_MAX = 0.6

/** Reset, a bit that is always 0, the range of the bus voltage; and the mode. */
export const UPPER = 0xe000
export const MODE = 0x0007
/** SBOS448, configuration register: the mode after a reset. */
export const CONTINUOUS = 7
