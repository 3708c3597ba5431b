// Bosch BST-BMP280-DS001, what the BME280 (devices/family/bosch-280/registers.ts) does not share.

export const BMP280 = 0x58 // 4.3.1
/** Chips that share the addresses and the identity register, by the datasheets of each. */
export const LOOK_ALIKES: ReadonlyMap<number, string> = new Map([
  [0x55, 'bmp180'],
  [0x60, 'bme280'],
  [0x61, 'bme680']
])
