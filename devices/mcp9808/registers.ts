// Microchip DS25095A, section 5: 16-bit registers, most significant byte first, but for the resolution.

export const CONFIGURATION = 0x01
export const TEMPERATURE = 0x05
export const MANUFACTURER = 0x06
export const IDENTITY = 0x07
export const RESOLUTION = 0x08

/** 5.1.4 and 5.1.5: manufacturer; the identity's high byte is the chip, its low byte the revision. */
export const MICROCHIP = 0x0054
export const MCP9808 = 0x04
/** Chips that share the addresses and the registers [linux drivers/hwmon/jc42.c]. */
export const LOOK_ALIKES: ReadonlyMap<number, string> = new Map([
  [0x02, 'mcp9804'],
  [0x20, 'mcp98242'],
  [0x21, 'mcp98243'],
  [0x22, 'mcp98244']
])

/** 5.1.1, configuration: power-on is 0, continuous conversion. */
export const SHUTDOWN = 0x0100
/** The hysteresis of the alert limits, which are not used: it distinguishes a configured chip from a new one. */
export const HYSTERESIS = 0x0600
/** Read-only, follows the alert output. */
export const ALERT = 0x0010

/** 5.1.6: one byte; 0.0625 °C, as after power-on. */
export const FINEST = 0x03
/** Milliseconds of a conversion at that resolution, 250 typical (register 5-7), plus the tolerance of its oscillator. */
export const CONVERSION = 300
