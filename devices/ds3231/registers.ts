// Maxim DS3231, 19-5170 revision 10, "Timekeeping Registers" (figure 1).

/** 00 to 06 are the calendar, 07 to 0d alarms; 0e is the control register. */
export const STATUS = 0x0f
/** Oscillator stop flag: set when it stops and at the first power-on; cleared by a write only. */
export const OSCILLATOR_STOPPED = 0x80
export const COUNT = 0x10
