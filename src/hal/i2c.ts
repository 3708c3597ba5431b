import { NodeError } from '../error.ts'

/** One part of a transaction: bytes to write, or how many bytes to read (1 to 8192). */
export type I2cOperation = { readonly write: Uint8Array } | { readonly read: number }

export interface TransferOptions {
  signal?: AbortSignal
  /** Milliseconds until a transfer is given up; the bus's own default unless given. */
  deadline?: number
}

/** What may be done within a turn: as on the bus itself, whose turn has the signal and the deadline. */
export interface ExclusiveAccess {
  transaction(address: number, operations: readonly I2cOperation[]): Promise<Uint8Array[]>
  probe(address: number): Promise<ProbeResult>
}

/**
 * One I2C bus. The one required method is a transaction, as in embedded-hal: its operations run in
 * order and nothing of another caller comes between them.
 */
export interface I2cBus {
  /** As in the configuration: `i2c-1`. */
  readonly name: string
  /** How messages name it: `i2c-1`, or with the way to it: `attic (channel 3 of 0x70 on i2c-1)`. */
  readonly path: string
  /**
   * A write of one byte followed by a read of at most 32 runs with a repeated start; any other
   * operations have a STOP between them where the system offers nothing better (i2c-dev read/write).
   * @param address 7-bit, 0x08 to 0x77; 0x00 is the general call and is refused
   * @returns the bytes of each read operation, in order
   * @throws BusError
   */
  transaction(
    address: number,
    operations: readonly I2cOperation[],
    options?: TransferOptions
  ): Promise<Uint8Array[]>
  /**
   * Runs work that speaks with chips of several addresses while nothing of another caller comes between:
   * how one behind a multiplexer is reached. The turn ends with the work, also where its caller left earlier.
   * @param address whom the turn is for, in messages
   * @param work waits for nothing but its own transfers
   */
  exclusive<T>(
    address: number,
    work: (exclusive: ExclusiveAccess) => Promise<T>,
    options?: TransferOptions
  ): Promise<T>
  /** Whether something acknowledges at the address, asked in the way that is safe for it (i2cdetect's rule). */
  probe(address: number, options?: TransferOptions): Promise<ProbeResult>
  close(): Promise<void>
}

/** `kernel`: a kernel driver owns the address (EBUSY), its hwmon or iio file is the way to it. */
export type ProbeResult = 'present' | 'absent' | 'kernel'

/** The buses of this machine. */
export interface Buses {
  /** Names of the I2C buses present, for example ['i2c-1']. */
  list(): Promise<string[]>
  /**
   * The bus of that name; the same object for every caller, so that one owner serialises it.
   * @throws BusError 'no-such-bus', 'not-permitted', 'unsupported'
   */
  open(name: string): Promise<I2cBus>
  close(): Promise<void>
}

/** Few and portable, after embedded-hal's ErrorKind; errno is mapped next to the kernel's names in hal/linux. */
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

/** What went wrong on a bus, in a sentence that names chip or address, bus and cure. */
export class BusError extends NodeError {
  readonly kind: BusErrorKind

  constructor(kind: BusErrorKind, message: string, options: { hint?: string; cause?: unknown } = {}) {
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

/** `0x76`, as people write addresses. */
export function formatAddress(address: number): string {
  return `0x${address.toString(16).padStart(2, '0')}`
}
