// Bosch BST-BME280-DS002, what the BMP280 (devices/family/bosch-280/registers.ts) does not share.

export const BME280 = 0x60 // 5.4.1
/** Chips that share the addresses and the identity register, by the datasheets of each. */
export const LOOK_ALIKES: ReadonlyMap<number, string> = new Map([
  [0x55, 'bmp180'],
  [0x58, 'bmp280'],
  [0x61, 'bme680']
])

/** 4.2.2, table 16: 26 bytes from 88 on, H1 the last of them, and 7 bytes of humidity. */
export const CALIBRATION_LOW_LENGTH = 26
export const CALIBRATION_HIGH = 0xe1
export const CALIBRATION_HIGH_LENGTH = 7
