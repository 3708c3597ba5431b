import type { I2cDevice } from '../bus/i2c-device.ts'
import { hex } from '../register-bytes.ts'
import { SensorError } from '../sensor-error.ts'

/**
 * The error for an impossible register value: `stuck` where all bits are equal, as with a broken data line,
 * else `garbage`.
 * @param bits how many the register has
 * @param what after the chip's name, before the word: `reads back`
 * @param why after the word: `where 61a0 was written`
 */
export function implausible(
  device: I2cDevice,
  word: number,
  bits: 8 | 16,
  what: string,
  why: string
): SensorError {
  const stuck = word === 0 || word === 2 ** bits - 1
  return new SensorError(
    stuck ? 'stuck' : 'garbage',
    `${device.label} ${what} ${hex(word, bits / 4)} ${why}`,
    {
      hint: 'check the wires for loose contacts and their length, and the type in the configuration'
    }
  )
}

/** The error for a register that does not hold what was written to it. */
export function notKept(device: I2cDevice, found: number, written: number, bits: 8 | 16): SensorError {
  return implausible(device, found, bits, 'reads back', `where ${hex(written, bits / 4)} was written`)
}

/**
 * Checks an 8-bit identity register.
 * @param others identities of chips that share the address, and their names
 * @throws SensorError 'wrong-chip' naming the chip found, else 'stuck' or 'garbage'
 */
export function checkIdentity(
  device: I2cDevice,
  found: number,
  expected: number,
  others: ReadonlyMap<number, string> = new Map()
): void {
  if (found === expected) return
  const chip = others.get(found)
  const why = `where a chip of that type has ${hex(expected, 2)}`
  if (chip === undefined) throw implausible(device, found, 8, 'has the identity', why)
  throw new SensorError(
    'wrong-chip',
    `${device.label} is a ${chip}: it has the identity ${hex(found, 2)} ${why}`,
    {
      hint: {
        command: `write type: ${chip} in the configuration, if kith devices --types lists it`,
        program: `write type: ${chip} in the configuration, if there is a driver for it`
      }
    }
  )
}
