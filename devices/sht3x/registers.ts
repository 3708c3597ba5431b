import type { WordCommand } from '../../src/driver.ts'

// Sensirion SHT3x-DIS datasheet, section 4: commands of two bytes; each word answered is followed by its CRC.

/** 4.8: a chip that another program left in periodic mode takes no other command; an idle one may refuse it. */
export const BREAK = [0x30, 0x93] as const
/** 4.9: also turns the heater off. */
export const SOFT_RESET = [0x30, 0xa2] as const
/** Maximum milliseconds of either: section 2.2, t_SR, rounded up. */
export const COMMAND_TIME = 2

/** 4.12: the CRC starts from here. */
const CRC = 0xff

/** Two words [Sensirion's driver sources; not in the datasheet]. */
export const SERIAL_NUMBER: WordCommand = { command: [0x37, 0x80], time: 1, words: 2, crc: CRC }

/**
 * 4.3, single shot without clock stretching, and the maximum milliseconds of each: section 2.2
 * [linux drivers/hwmon/sht3x.c: 15 and 4]. Temperature and humidity.
 */
export const MEASURE = {
  high: { command: [0x24, 0x00], time: 15.5, words: 2, crc: CRC },
  medium: { command: [0x24, 0x0b], time: 6.5, words: 2, crc: CRC },
  low: { command: [0x24, 0x16], time: 4.5, words: 2, crc: CRC }
} as const satisfies Readonly<Record<string, WordCommand>>
