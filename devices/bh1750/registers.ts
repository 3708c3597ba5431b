// ROHM BH1750FVI, technical note 2009.04 rev. B, "Instruction Set Architecture": each byte is a command.

export const POWER_ON = 0x01
/** Clears the result; not taken while powered down. */
export const RESET = 0x07
/** One measurement, then power down: steps of 1 lx and of 0.5 lx. */
export const ONCE = { high: 0x20, high2: 0x21 } as const
/** The measurement time register, in two parts: bits 7 to 5, and bits 4 to 0. */
export const TIME_HIGH = 0x40
export const TIME_LOW = 0x60

export type Resolution = keyof typeof ONCE

/** "Adjust measurement result": what the measurement time register holds after power-on. */
export const TIME_USUAL = 69

/** Electrical characteristics: maximum milliseconds of a measurement with the default time. */
export const MEASUREMENT_MAX = 180
