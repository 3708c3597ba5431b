// Maxim DS3231, 19-5170 revision 10, "Timekeeping Registers" (figure 1).

/** 00 to 06 are the calendar, 07 to 0d alarms; 0e is the control register. */
export const STATUS = 0x0f
/** Oscillator stop flag: set when it stops and at the first power-on; cleared by a write only. */
export const OSCILLATOR_STOPPED = 0x80
export const COUNT = 0x10

/** The MPU-6050 family has this address, and its number in a register [RM-MPU-6000A, WHO_AM_I]. */
export const WHO_AM_I = 0x75
export const MPU6050 = 0x68
/** 19-5170, "Address map": after the last register, 12, the address wraps to 00. */
export const ALL = 0x13
