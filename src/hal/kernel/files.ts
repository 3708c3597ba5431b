import type { Clock } from '../../clock.ts'
import { defined } from '../../defined.ts'
import { type Hint, hintOf, isNodeError } from '../../error.ts'
import { SensorError, type SensorErrorCode } from '../sensor-error.ts'
import type { Sysfs } from '../sysfs.ts'

interface Message {
  readonly code: SensorErrorCode
  readonly what: string
  readonly hint: Hint
}

const WIRING = 'check its wiring and power; sudo dmesg shows the messages of its driver'

/** By the system's error code; OTHER for any other. */
const MESSAGES: Readonly<Record<string, Message>> = {
  ENOENT: {
    code: 'absent',
    what: 'is not there',
    hint: {
      command: 'kith devices scan lists what the kernel shows; check that its overlay is loaded',
      program: 'check that its overlay is loaded'
    }
  },
  EAGAIN: { code: 'not-ready', what: 'is not ready', hint: 'measure it less often' },
  EBUSY: {
    code: 'busy',
    what: 'is used by another program',
    hint: 'end what reads it continuously: an iio buffer has one reader'
  },
  EACCES: {
    code: 'not-permitted',
    what: 'may not be read',
    hint: 'let the user of kith read it, by a rule of udev'
  }
}
const OTHER: Message = { code: 'unreadable', what: 'cannot be read by its driver', hint: WIRING }

const DECIMAL = /^[+-]?\d+(\.\d+)?$/

/** Milliseconds between two reads of a file that gives EAGAIN. */
const AGAIN = 10

/** The files in which the kernel shows one device; error messages begin with the device's name. */
export class KernelFiles {
  /** The device's name in messages: `hwmon chip tmp102`. */
  readonly label: string
  readonly #sysfs: Sysfs
  readonly #clock: Clock
  readonly #timeout: number

  /** @param timeout milliseconds for which a read is repeated after EAGAIN; tmp102 gives it for 35 ms [linux tmp102.c] */
  constructor(sysfs: Sysfs, clock: Clock, label: string, timeout = 500) {
    this.#sysfs = sysfs
    this.#clock = clock
    this.label = label
    this.#timeout = timeout
  }

  /** The file's text without space around it. @throws SensorError; the signal's reason */
  async text(path: string, signal: AbortSignal): Promise<string> {
    const until = this.#clock.monotonic() + this.#timeout
    for (;;) {
      try {
        return (await this.#sysfs.read(path, signal)).trim()
      } catch (error) {
        signal.throwIfAborted()
        if (codeOf(error) !== 'EAGAIN' || this.#clock.monotonic() >= until) throw this.#failure(path, error)
      }
      await this.#clock.sleep(AGAIN, signal)
    }
  }

  /** The same; undefined where there is no such file. */
  async textIfAny(path: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      return await this.text(path, signal)
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
  }

  /** The file's number, see kernelNumber. @throws SensorError; 'garbage' where it has none */
  async number(path: string, signal: AbortSignal, exponent = 0): Promise<number> {
    const text = await this.text(path, signal)
    const number = kernelNumber(text, exponent)
    if (number !== undefined) return number
    const found = text === '' ? 'nothing' : JSON.stringify(text.slice(0, 40))
    throw this.error('garbage', `has ${found} in ${fileOf(path)} where a number should be`, WIRING)
  }

  /** Names in a folder, sorted; an absent one is empty. */
  async list(path: string): Promise<string[]> {
    try {
      return await this.#sysfs.list(path)
    } catch (error) {
      throw this.#failure(path, error)
    }
  }

  /** @param what the rest of the sentence that begins with the label */
  error(code: SensorErrorCode, what: string, hint: string): SensorError {
    return new SensorError(code, `${this.label} ${what}`, { hint })
  }

  #failure(path: string, cause: unknown): SensorError {
    if (isNodeError(cause, 'busy'))
      return new SensorError('busy', `${this.label} cannot be read: ${cause.message}`, {
        ...defined({ hint: hintOf(cause) }),
        cause
      })
    const { code, what, hint } = MESSAGES[codeOf(cause)] ?? OTHER
    const why = `${what}: ${fileOf(path)} gives ${codeOf(cause)}`
    return new SensorError(code, `${this.label} ${why}`, { hint, cause })
  }
}

/**
 * The number in a file of the kernel, times ten to the power of `exponent`: the decimal is moved before the
 * text becomes a number, so that `101.325` kPa is 101325 Pa to the last bit.
 * @returns undefined where the text is no decimal number; empty text is not one
 */
export function kernelNumber(text: string, exponent = 0): number | undefined {
  return DECIMAL.test(text) ? Number(`${text}e${exponent}`) : undefined
}

/** Whether an error means that the file or device does not exist. */
export function isAbsent(error: unknown): boolean {
  return isNodeError(error, 'absent')
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'no reason'
}

function fileOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
