import { type Hint, NodeError } from '../error.ts'

/**
 * The contract of an I2C bus, after embedded-hal's `I2c` trait: one required method, transaction().
 *
 * For authors of drivers:
 * - A driver gets an I2cDevice (bus/i2c-device.ts), one address of a bus that it does not own. Its calls are
 *   transactions: the bytes of one call are exchanged in order, with nothing of another caller in between.
 * - A write of one byte followed by a read of at most 32 bytes has a repeated start in between. All other
 *   operations of a transaction may be separated by a STOP. A chip that needs a repeated start for more than
 *   that cannot be used with every HAL.
 * - A call resolves when all bytes were exchanged, else it rejects with a BusError: reads are never short. An
 *   aborted or late call rejects at once, but its transfer may still be made.
 * - The bus retries only after lost arbitration, before a byte was sent. Every other retry is up to the driver.
 * - Clock stretching is not supported: the Raspberry Pi before the 4 corrupts such transfers.
 *
 * For authors of HALs:
 * - transaction() runs its operations in order, and nothing of another caller in between, also where callers use
 *   other addresses. The same bus must be the same object for every caller (Buses.open).
 * - exclusive() holds the bus for all of `work`, however long that takes, also after its caller was released
 *   by signal or deadline. Deadlines include the wait for the bus.
 * - Adjacent operations are not merged; a read returns a new array of exactly the requested length.
 * - Only addresses from 0x08 to 0x77 and lengths from 1 to 8192 reach the bus (bus/transfer-check.ts); others
 *   reject with 'unsupported'.
 * - Errors are mapped to the kinds of BusErrorKind, 'other' where none fits. Where hardware does not distinguish
 *   the missing acknowledge of address and data, the kind is 'no-acknowledge'. Messages begin with the place
 *   (bus/failure.ts), by which outer layers rename them.
 * - An address that a kernel driver owns is never taken by force: 'owned-by-kernel'.
 * - test/conformance/i2c-bus.ts holds every implementation to this.
 */
export interface I2cBus {
  /** As in the configuration: `i2c-1`. */
  readonly name: string
  /** Its name in messages: `i2c-1`, or with the way to it: `attic (channel 3 of 0x70 on i2c-1)`. */
  readonly path: string
  /**
   * @param address 7 bits, 0x08 to 0x77; 0x00, the general call, is refused
   * @returns the bytes of each read operation, in order
   * @throws BusError
   */
  transaction(
    address: number,
    operations: readonly I2cOperation[],
    options?: TransferOptions
  ): Promise<Uint8Array[]>
  /**
   * Runs work that uses several addresses without other callers in between, as to reach a chip behind a
   * multiplexer. Access ends with the work, also where its caller was released earlier.
   * @param address the chip that the access is for, in messages
   * @param work must wait only for its own transfers
   */
  exclusive<T>(
    address: number,
    work: (exclusive: ExclusiveAccess) => Promise<T>,
    options?: TransferOptions
  ): Promise<T>
  /** Whether something acknowledges at the address, by the rule of i2cdetect, which is safe for the chip. */
  probe(address: number, options?: TransferOptions): Promise<ProbeResult>
  close(): Promise<void>
}

/** One part of a transaction: bytes to write, or how many bytes to read (1 to 8192). */
export type I2cOperation = { readonly write: Uint8Array } | { readonly read: number }

export interface TransferOptions {
  signal?: AbortSignal
  /** Milliseconds from request to result, including the wait for the bus; the bus's default unless given. */
  deadline?: number
}

/** What can be done within exclusive(), which has the signal and the deadline. */
export interface ExclusiveAccess {
  transaction(address: number, operations: readonly I2cOperation[]): Promise<Uint8Array[]>
  probe(address: number): Promise<ProbeResult>
}

/** `kernel`: a kernel driver owns the address (EBUSY); read the chip by its hwmon or iio files. */
export type ProbeResult = 'present' | 'absent' | 'kernel'

/** The buses of this machine. */
export interface Buses {
  /** Names of the I2C buses present, for example ['i2c-1']. */
  list(): Promise<string[]>
  /**
   * The bus of that name; the same object for every caller, so that one queue serialises it.
   * @throws BusError 'no-such-bus', 'not-permitted', 'unsupported'
   */
  open(name: string): Promise<I2cBus>
  close(): Promise<void>
}

/** Few and portable, after embedded-hal's ErrorKind; hal/linux/errno.ts maps the kernel's numbers. */
export type BusErrorKind =
  | 'no-acknowledge'
  | 'no-acknowledge-address'
  | 'no-acknowledge-data'
  | 'arbitration-lost'
  | 'timeout'
  | 'busy'
  | 'owned-by-kernel'
  | 'no-such-bus'
  | 'not-permitted'
  | 'unsupported'
  | 'closed'
  | 'other'

/** A failed transfer; the message names chip or address and bus, the hint says what to do. */
export class BusError extends NodeError {
  readonly kind: BusErrorKind

  constructor(kind: BusErrorKind, message: string, options: { hint?: Hint; cause?: unknown } = {}) {
    super(kind, message, { remedy: 'retry', ...options })
    this.kind = kind
  }
}

/** Compared by what it carries, never by class (see isNodeError). */
export function isBusError(error: unknown, kind?: BusErrorKind): error is BusError {
  return (
    error instanceof Error &&
    error.name === 'NodeError' &&
    'kind' in error &&
    (kind === undefined || error.kind === kind)
  )
}
