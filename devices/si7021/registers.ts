import type { WordCommand } from '../../src/driver.ts'

// Silicon Labs Si7021-A20 datasheet, section 5.1 (commands) and 6 (registers); TE HPC199 HTU21D, the same
// commands. Measurements with clock stretching (E3, E5) are never asked for.

export const SOFT_RESET = [0xfe] as const
/** Greatest milliseconds from a reset to the first command, in both datasheets. */
export const RESET_TIME = 15

/** User register, one byte without CRC: as it is after a reset, which tells the two makers' chips apart. */
export const USER_REGISTER = 0xe7
export const SI7021_USER = 0x3a
export const HTU21D_USER = 0x02
/** Its bits that no setting changes. */
export const USER_FIXED = 0x3a

/** The CRC starts from here. */
const CRC = 0x00

/**
 * Si7021-A20, "electronic serial number", second half: its first byte is the part number. The third
 * byte is a CRC; what follows is not needed.
 */
export const SERIAL_NUMBER: WordCommand = { command: [0xfc, 0xc9], time: 1, words: 1, crc: CRC }
export const SI7021_PART = 0x15
export const OTHER_PARTS: ReadonlyMap<number, string> = new Map([
  [0x06, 'si7006'],
  [0x0d, 'si7013'],
  [0x14, 'si7020']
])

export interface Measuring {
  readonly humidity: WordCommand
  readonly temperature: WordCommand
}

/** Without clock stretching, read after the maximum of each: humidity takes a temperature along. */
export const SI7021_MEASURING = measuring(22.8, 10.8)
/** At 12 and 14 bits. */
export const HTU21D_MEASURING = measuring(16, 50)

function measuring(humidity: number, temperature: number): Measuring {
  return {
    humidity: { command: [0xf5], time: humidity, words: 1, crc: CRC },
    temperature: { command: [0xf3], time: temperature, words: 1, crc: CRC }
  }
}

/** The two lowest bits tell what was measured. */
export const VALUE = 0xfffc
