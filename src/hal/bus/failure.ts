import type { Hint } from '../../error.ts'
import { formatAddress } from '../../units.ts'
import { BusError, type BusErrorKind, isBusError } from '../i2c.ts'

interface Message {
  readonly what: string
  readonly hint: Hint
}

const WIRING = thenDoctor('check its wiring, power and address')
const HELD = thenDoctor('check whether a chip holds the lines low; power it off and on')

const MESSAGES: Readonly<Record<BusErrorKind, Message>> = {
  'no-acknowledge': { what: 'does not acknowledge', hint: WIRING },
  'no-acknowledge-address': { what: 'does not acknowledge', hint: WIRING },
  'no-acknowledge-data': { what: 'does not acknowledge a byte sent to it', hint: WIRING },
  'arbitration-lost': { what: 'lost the bus to another master', hint: 'use one master, or try again' },
  timeout: { what: 'gives no answer in time', hint: HELD },
  busy: { what: 'cannot be reached: too many transfers wait', hint: 'measure less often, or split the bus' },
  'owned-by-kernel': {
    what: 'belongs to a driver of the kernel',
    hint: {
      command: 'read its hwmon or iio file instead (kith devices scan shows it)',
      program: 'read its hwmon or iio file instead'
    }
  },
  'no-such-bus': {
    what: 'cannot be reached: there is no such bus',
    hint: 'turn I2C on: raspi-config nonint do_i2c 0'
  },
  'not-permitted': {
    what: 'may not be used',
    hint: 'let the user into the group i2c: usermod -aG i2c <user>'
  },
  unsupported: {
    what: 'does not support this transfer',
    hint: { command: 'use another bus; kith doctor shows what this one can do', program: 'use another bus' }
  },
  closed: { what: 'cannot be reached: the bus is closed', hint: 'open it again' },
  other: { what: 'cannot be reached', hint: WIRING }
}

/**
 * The error of a transfer; its message begins with the place: `0x76 on i2c-1 does not acknowledge`.
 * @param options message and hint in place of those of the kind
 */
export function busFailure(
  bus: string,
  address: number,
  kind: BusErrorKind,
  options: { what?: string; hint?: Hint; cause?: unknown } = {}
): BusError {
  const { what = MESSAGES[kind].what, hint = MESSAGES[kind].hint, cause } = options
  return new BusError(
    kind,
    `${placeOf(bus, address)} ${what}`,
    cause === undefined ? { hint } : { hint, cause }
  )
}

function thenDoctor(hint: string): Hint {
  return { command: `${hint}, then run kith doctor`, program: hint }
}

/** `0x76 on i2c-1`: the start of a BusError's message. */
export function placeOf(bus: string, address: number): string {
  return `${formatAddress(address)} on ${bus}`
}

/** The same error; the message of a bus error that begins with `from` begins with `to` instead. */
export function renamed(error: unknown, from: string, to: string): unknown {
  if (isBusError(error) && error.message.startsWith(`${from} `))
    error.message = to + error.message.slice(from.length)
  return error
}
