import { view } from '../../src/driver.ts'

/** 2^20, one more than the largest word: AHT20 datasheet, 6.1 and 6.2. */
const FULL_SCALE = 1048576

/** %RH, of bytes 1 to 3. @param data status, then 20 bits of humidity and 20 of temperature */
export function relativeHumidity(data: Uint8Array): number {
  const bytes = view(data)
  return (100 * ((bytes.getUint16(1) << 4) | (bytes.getUint8(3) >> 4))) / FULL_SCALE
}

/** °C, of bytes 3 to 5 */
export function celsius(data: Uint8Array): number {
  const bytes = view(data)
  return (200 * (((bytes.getUint8(3) & 0x0f) << 16) | bytes.getUint16(4))) / FULL_SCALE - 50
}
