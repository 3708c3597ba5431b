import type { BusErrorKind } from '../i2c.ts'

/** Numbers of Linux on every platform kith runs on [include/uapi/asm-generic/errno-base.h, errno.h]. */
const KINDS: ReadonlyMap<number, BusErrorKind> = new Map([
  [1, 'not-permitted'], // EPERM
  [2, 'no-such-bus'], // ENOENT
  [6, 'no-acknowledge'], // ENXIO: i2c-gpio
  [11, 'arbitration-lost'], // EAGAIN [Documentation/i2c/fault-codes.rst]
  [13, 'not-permitted'], // EACCES
  [16, 'timeout'], // EBUSY of a transfer: "the bus was busy for longer than allowed" [fault-codes.rst]
  [19, 'no-such-bus'], // ENODEV
  [95, 'unsupported'], // EOPNOTSUPP
  [110, 'timeout'], // ETIMEDOUT: i2c-bcm2835 after 1 s of a held line
  [121, 'no-acknowledge'] // EREMOTEIO: i2c-bcm2835 and RP1
])

export const EBUSY = 16

/** The kind of a failed system call, by its number (negative, as Node has it). */
export function busErrorKind(error: unknown): BusErrorKind {
  if (!(error instanceof Error) || !('errno' in error)) return 'other'
  const errno = -Number(error.errno)
  // The address has a driver [drivers/i2c/i2c-dev.c].
  if (errno === EBUSY && 'syscall' in error && error.syscall === 'I2C_SLAVE') return 'owned-by-kernel'
  return KINDS.get(errno) ?? 'other'
}
