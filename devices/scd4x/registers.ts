import type { WordCommand } from '../../src/driver.ts'

// Sensirion SCD4x datasheet, chapter 3, which names the commands (the sections' numbers differ between its
// versions): two bytes each; each word, sent or answered, is followed by its CRC. Compared with
// Sensirion/arduino-i2c-scd4x. Times are maximum milliseconds.

/** "Checksum calculation": the CRC starts from here. */
export const CRC = 0xff

/** start_periodic_measurement: until it is stopped, it takes only DATA_READY, MEASUREMENT and SET_PRESSURE. */
export const START = [0x21, 0xb1] as const
export const STOP = [0x3f, 0x86] as const
export const STOP_TIME = 500
/** Milliseconds between two measurements, and the tolerance of its oscillator. */
export const PERIOD = 5000
export const LATE = 500

/**
 * SCD41 and later: measures once. The datasheet recommends to discard the first after power-on ("low power single
 * shot"); it is not discarded, because two do not fit into the deadline of a sample.
 */
export const SINGLE_SHOT = [0x21, 0x9d] as const
export const SINGLE_SHOT_TIME = 5000

export const DATA_READY: WordCommand = { command: [0xe4, 0xb8], time: 1, words: 1, crc: CRC }
/** Data are ready where any of these bits is set. */
export const READY = 0x07ff
/** CO2 in ppm, temperature, humidity. */
export const MEASUREMENT: WordCommand = { command: [0xec, 0x05], time: 1, words: 3, crc: CRC }

export const SERIAL_NUMBER: WordCommand = { command: [0x36, 0x82], time: 1, words: 3, crc: CRC }
/** Its highest four bits: 0 scd40, 1 scd41, 2 scd42, 5 scd43. */
export const VARIANT: WordCommand = { command: [0x20, 0x2f], time: 1, words: 1, crc: CRC }
export const SCD40 = 0

/** Each with one word, kept until power is lost. Of pressure and altitude, the last one set applies. */
export const SET_TEMPERATURE_OFFSET = [0x24, 0x1d] as const
export const SET_ALTITUDE = [0x24, 0x27] as const
export const SET_SELF_CALIBRATION = [0x24, 0x16] as const
export const SET_PRESSURE = [0xe0, 0x00] as const
export const SET_TIME = 1
/** hPa, that of altitude 0. */
export const SEA_LEVEL = 1013
