/** x^8 + x^5 + x^4 + 1, most significant bit first: Sensirion, Aosong and Silicon Labs use it. */
const POLYNOMIAL = 0x31

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
