// Texas Instruments SBOS397H, section 7.5: all registers have 16 bits, most significant byte first.

/** 7.5.1. */
export const TEMPERATURE = 0x00
export const CONFIGURATION = 0x01

/** Bits of the configuration register, 7.5.3. */
export const ONE_SHOT = 0x8000 // 7.4.4: starts a conversion; reads 0 during it and 1 after it
export const RESOLUTION = 0x6000 // 7.5.3.5: read-only, always 11
export const SHUTDOWN = 0x0100 // 7.4.3: only requested conversions
export const RATE_4_HZ = 0x0080 // 7.5.3.9: as after power-on
export const ALERT = 0x0020 // 7.5.3.8: read-only, follows the temperature
export const EXTENDED = 0x0010 // 7.4.2: 13 bits instead of 12
/** Bits that are always 0 [linux drivers/hwmon/tmp102.c, probe]. */
export const RESERVED = 0x000f

/** Milliseconds of one conversion: typical (6.5), and maximum [linux drivers/hwmon/tmp102.c]. */
export const CONVERSION_TYPICAL = 26
export const CONVERSION_MAX = 35
