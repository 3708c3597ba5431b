import type { BusErrorKind } from '../i2c.ts'

/** Numbers of Linux on every platform kith runs on [include/uapi/asm-generic/errno-base.h, errno.h]. */
const KINDS: ReadonlyMap<number, BusErrorKind> = new Map([
  [1, 'not-permitted'], // EPERM
  [2, 'no-such-bus'], // ENOENT
  [6, 'no-acknowledge'], // ENXIO: i2c-gpio
  [11, 'arbitration-lost'], // EAGAIN [Documentation/i2c/fault-codes.rst]
  [13, 'not-permitted'], // EACCES
  [16, 'owned-by-kernel'], // EBUSY of I2C_SLAVE [drivers/i2c/i2c-dev.c]
  [19, 'no-such-bus'], // ENODEV
  [95, 'unsupported'], // EOPNOTSUPP
  [110, 'timeout'], // ETIMEDOUT: i2c-bcm2835 after 1 s of a held line
  [121, 'no-acknowledge'] // EREMOTEIO: i2c-bcm2835 and RP1
])

/**
 * The kind of a failed system call, by its number only: SMBus calls of i2c-bus fail with a positive number,
 * read and write with a negative one, and the code of EREMOTEIO may be ''.
 */
export function busErrorKind(error: unknown): BusErrorKind {
  const errno = error instanceof Error && 'errno' in error ? Number(error.errno) : Number.NaN
  return KINDS.get(Math.abs(errno)) ?? 'other'
}
