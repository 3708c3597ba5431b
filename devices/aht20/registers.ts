// Aosong AHT20 datasheet (2020, "AHT20 Product manuals"), section 5.3 and 5.4 (commands, status, signal
// conversion); AHT10, the same but for initialisation and CRC.

/** 5.4: bits of the status, which a plain read gives first. */
export const BUSY = 0x80
export const CALIBRATED = 0x08
/** All ones: a line that is held high, or a port expander (PCF8574A) of this address. */
export const NO_STATUS = 0xff

/** Loads the calibration. [linux drivers/hwmon/aht10.c: e1; Adafruit_AHTX0 sends e1 to both] */
export const INITIALISE_AHT20 = [0xbe, 0x08, 0x00] as const
export const INITIALISE_AHT10 = [0xe1, 0x08, 0x00] as const
/** 5.4, step 1: milliseconds; the deadline is that of linux drivers/hwmon/aht10.c and more. */
export const INITIALISATION = { first: 10, every: 20, deadline: 500 } as const

/** 5.4, step 2. */
export const MEASURE = [0xac, 0x33, 0x00] as const
/** 5.4, step 3: 80 ms. */
export const MEASUREMENT = { first: 80, every: 10, deadline: 300 } as const

/** Status, 20 bits of humidity, 20 bits of temperature. */
export const DATA_LENGTH = 6
/** 5.4: the CRC over them, in a seventh byte of the aht20, starts from here. */
export const CRC_INITIAL = 0xff
