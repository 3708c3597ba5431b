import { kernelNumber } from '../../src/driver.ts'

/** The contents of a w1_slave file. */
export interface Scratchpad {
  /** Nine: temperature low, high; …; byte 6; byte 7; CRC. */
  readonly bytes: readonly number[]
  readonly crcFits: boolean
  readonly celsius: number
}

/** `50 05 4b 46 7f ff 0c 10 1c : crc=1c YES`, a second line that ends in `t=85000` [w1_therm.c, w1_slave_show]. */
const FORM = /^((?:[0-9a-f]{2} ){9}): crc=[0-9a-f]{2} (YES|NO)\n(?:[0-9a-f]{2} ){9}t=(-?\d+)$/

/** Undefined where the text has another form. */
export function parseScratchpad(text: string): Scratchpad | undefined {
  const [, bytes = '', crc, millidegrees = ''] = FORM.exec(text) ?? []
  const celsius = kernelNumber(millidegrees, -3)
  if (celsius === undefined) return undefined
  const numbers = bytes.trim().split(' ')
  return { bytes: numbers.map((byte) => Number.parseInt(byte, 16)), crcFits: crc === 'YES', celsius }
}

/** A shorted data line reads all zeros, whose CRC, 0, is correct. */
export function isShorted({ bytes }: Scratchpad): boolean {
  return bytes.every((byte) => byte === 0)
}

/**
 * The chip has lost its power since the conversion was started: its register is 85 °C, with the byte 6 of power-on
 * [w1_therm.c: 50 05 .. 0c; DS18S20, memory map: aa 00 .. 0c].
 */
export function isPowerOn({ bytes }: Scratchpad): boolean {
  const [low, high, , , , , reserved] = bytes
  return reserved === 0x0c && ((low === 0x50 && high === 0x05) || (low === 0xaa && high === 0x00))
}
