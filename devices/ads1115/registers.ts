// Texas Instruments ADS1115, SBAS444: all registers have 16 bits, most significant byte first. Numbers are
// those of the config register (9.6.3 in revision D) and of linux drivers/iio/adc/ti-ads1015.c, which agree.

export const CONVERSION = 0x00
export const CONFIGURATION = 0x01

/** Starts a single conversion; reads 0 during it and 1 after it. */
export const START = 0x8000
export const SINGLE_SHOT = 0x0100
/** The comparator and its pin are off. */
export const NO_COMPARATOR = 0x0003

/** Bits 14 to 12: what is measured, by the name of the channel. */
export const INPUTS: Readonly<Record<string, number>> = {
  d01: 0,
  d03: 1,
  d13: 2,
  d23: 3,
  a0: 4,
  a1: 5,
  a2: 6,
  a3: 7
}
export const INPUT_SHIFT = 12
/** Bits 11 to 9, by index: volts of full scale, plus and minus. */
export const FULL_SCALE: readonly number[] = [6.144, 4.096, 2.048, 1.024, 0.512, 0.256]
export const FULL_SCALE_SHIFT = 9
/** Bits 7 to 5, by index: conversions a second, within 10 %. */
export const RATES: readonly number[] = [8, 16, 32, 64, 128, 250, 475, 860]
export const RATE_SHIFT = 5

/** Milliseconds from sleep to the start of a conversion. */
export const WAKE_UP = 0.025

/** SBAS444, table "Lo_thresh and Hi_thresh": registers that its driver never writes, after power-on. */
export const LOW_THRESHOLD = { register: 0x02, reset: 0x8000 }
export const HIGH_THRESHOLD = { register: 0x03, reset: 0x7fff }
