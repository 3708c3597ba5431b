// Microchip DS21462D, section 4: two registers of 8 bits, chosen by a command byte.

/** Table 4-1. */
export const TEMPERATURE = 0x00
export const CONFIGURATION = 0x01

/** Bits of the configuration, table 4-2; all others read 0. */
export const STANDBY = 0x80
export const READY = 0x40 // read-only; cleared by power-on and by standby (figure 4-1)

/** Milliseconds of a conversion, of which it makes a nominal 8 a second (general description). */
export const CONVERSION = 125
/** Milliseconds until 'not-ready': the datasheet names no maximum; this is four conversions. */
export const GIVEN_UP = 500
