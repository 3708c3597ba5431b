import type { WordCommand } from '../../src/driver.ts'

// Sensirion SHT4x datasheet, section 4.5: commands of one byte; each word answered is followed by its CRC.
// 39 32 2f 24 1e 15 fire the heater and are never sent.

/** Also ends a heating. */
export const SOFT_RESET = [0x94] as const
/** Maximum milliseconds of a reset: section 3.2, t_SR. */
export const RESET_TIME = 1

/** 4.4: the CRC starts from here. */
const CRC = 0xff

export const SERIAL_NUMBER: WordCommand = { command: [0x89], time: 1, words: 2, crc: CRC }

/**
 * By precision, and the maximum milliseconds of each: section 3.2 [linux drivers/hwmon/sht4x.c: 8.3].
 * Temperature and humidity.
 */
export const MEASURE = {
  high: { command: [0xfd], time: 8.3, words: 2, crc: CRC },
  medium: { command: [0xf6], time: 4.5, words: 2, crc: CRC },
  low: { command: [0xe0], time: 1.6, words: 2, crc: CRC }
} as const satisfies Readonly<Record<string, WordCommand>>
