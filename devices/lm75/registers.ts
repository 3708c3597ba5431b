// One layout, many makers: two registers of temperature and configuration, and limits that are not used.
// TI SNIS153 (LM75B, LM75C), SNOS808 (LM75A), SBOS288 (TMP75), SLLS648 (TMP105), SBOS854 (TMP1075); NXP LM75B.

export const TEMPERATURE = 0x00
/** One byte. */
export const CONFIGURATION = 0x01

const SHUTDOWN = 0x01
/** Faults until the alert output follows: not used, but it distinguishes a configured chip from a new one. */
const FAULT_QUEUE = 0x18
/** TMP75, TMP105: 12 bits; TMP1075: one conversion in 220 ms, which makes no difference to a single one. */
const RESOLUTION = 0x60
/** Of the TMP chips: starts a conversion while shut down; reads 0. */
const ONE_SHOT = 0x80
/** Of the LM75: always 0 [linux drivers/hwmon/lm75.c, lm75_detect]. */
const RESERVED = 0xe0

/** What differs between the makers' chips. */
export interface Part {
  /** Bits of the temperature register, from the highest. */
  readonly bits: number
  /** Maximum milliseconds of a conversion. */
  readonly conversion: number
  /** The configuration that starts a conversion, what it reads until it has ended, and that between samples. */
  readonly start: number
  readonly running: number
  readonly asleep: number
  /** The identity register, where there is one. */
  readonly identity?: PartIdentity
  /** Bits of the configuration that always read 0. */
  readonly unused: number
}

export interface PartIdentity {
  readonly register: number
  readonly bits: 8 | 16
  readonly value: number
}

/** Without a one-shot mode: woken for a conversion. */
const WOKEN = { start: FAULT_QUEUE, running: FAULT_QUEUE, asleep: FAULT_QUEUE | SHUTDOWN }
const ONCE = {
  start: ONE_SHOT | RESOLUTION | SHUTDOWN,
  running: RESOLUTION | SHUTDOWN,
  asleep: RESOLUTION | SHUTDOWN
}

const lm75: Part = { bits: 9, conversion: 300, unused: RESERVED, ...WOKEN }
const tmp75: Part = { bits: 12, conversion: 300, unused: ONE_SHOT, ...ONCE }

/** By type. */
export const PARTS = {
  /** Conversion: 100 ms typical, 300 maximum (SNIS153, temperature-to-digital converter). */
  lm75,
  /** Register 7 [linux drivers/hwmon/lm75.c, lm75_detect]. */
  lm75a: { ...lm75, identity: { register: 0x07, bits: 8, value: 0xa1 } },
  /** NXP: 11 bits; a conversion each 100 ms [linux drivers/hwmon/lm75.c]. */
  lm75b: { bits: 11, conversion: 150, unused: RESERVED, ...WOKEN },
  /** 12 bits: 220 ms typical (SLLS648, SBOS288), 300 maximum. */
  tmp105: tmp75,
  tmp75,
  /** Device ID register 0f [esphome]. A conversion: 5.5 ms; the fastest rate is one in 27.5 ms. */
  tmp1075: {
    bits: 12,
    conversion: 28,
    unused: ONE_SHOT,
    ...ONCE,
    identity: { register: 0x0f, bits: 16, value: 0x7500 }
  }
} as const satisfies Readonly<Record<string, Part>>

export type PartName = keyof typeof PARTS
