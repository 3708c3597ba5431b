// Maxim DS1307, table 2, and DS1338, table 3: "RTC and RAM address map".

/** 00 to 06 are the calendar. */
export const SECONDS = 0x00
export const CONTROL = 0x07
export const COUNT = 0x08
/** Bit 7 of SECONDS: the oscillator is stopped, as it is from the first power-on until it is set. */
export const CLOCK_HALTED = 0x80
/** Bit 5 of CONTROL, ds1338: the oscillator has stopped since this was cleared. Reads 0 in the ds1307. */
export const OSCILLATOR_STOPPED = 0x20

/** Of the control register: DS1307, table 2, and DS1338, table 3, which has a bit more. */
export const ALWAYS_ZERO = { ds1307: 0x6c, ds1338: 0x4c } as const
