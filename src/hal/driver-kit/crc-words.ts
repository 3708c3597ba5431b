import type { I2cDevice } from '../bus/i2c-device.ts'
import { hex, view } from '../register-bytes.ts'
import { SensorError } from '../sensor-error.ts'

/** x^8 + x^5 + x^4 + 1, most significant bit first: Sensirion, Aosong and Silicon Labs use it. */
const POLYNOMIAL = 0x31

const HINT = 'check the wires for loose contacts and their length, and the type in the configuration'

/**
 * CRC-8 of the bytes.
 * @param initial 0xff for sht3x, sht4x, scd4x, aht20; 0x00 for si7021, htu21d (datasheets, "checksum")
 */
export function crc8(bytes: Uint8Array, initial: 0x00 | 0xff): number {
  let crc: number = initial
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ POLYNOMIAL) & 0xff : crc << 1
  }
  return crc
}

/** 16-bit words as they go over the bus: high byte, low byte, CRC-8 of the two. */
export function crcWords(words: readonly number[], initial: 0x00 | 0xff): Uint8Array {
  return Uint8Array.from(
    words.flatMap((word) => {
      const bytes = [word >> 8, word & 0xff]
      return [...bytes, crc8(Uint8Array.from(bytes), initial)]
    })
  )
}

/**
 * The words of such bytes. All zeros are refused: with the initial value 0x00 their CRC would be correct.
 * @param bytes three for each word
 * @throws SensorError 'stuck' where all bits are alike, 'bad-crc'
 */
export function parseCrcWords(device: I2cDevice, bytes: Uint8Array, initial: 0x00 | 0xff): number[] {
  for (const stuck of [0x00, 0xff]) {
    if (bytes.every((byte) => byte === stuck)) {
      throw new SensorError('stuck', `${device.label} answers with only ${hex(stuck, 2)}`, {
        hint: HINT
      })
    }
  }
  const words = Array.from({ length: bytes.length / 3 }, (_, index) => view(bytes).getUint16(3 * index))
  checkCrc(device, bytes, crcWords(words, initial))
  return words
}

/**
 * Compares the bytes as received with those that have the correct CRC.
 * @throws SensorError 'bad-crc'
 */
export function checkCrc(device: I2cDevice, found: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(found, expected) === 0) return
  const text = Buffer.from(found).toString('hex')
  throw new SensorError('bad-crc', `${device.label} answers ${text}: the checksum is wrong`, {
    hint: HINT
  })
}
