import type { Hint } from '../../error.ts'
import { BusError } from '../i2c.ts'

export const PACKAGE_HINT = 'install python3, make and a C++ compiler, then kith again (a clone: npm ci)'

/** For what this machine lacks. */
export function orSimulated(hint: string): Hint {
  return { command: `${hint}; or use --simulated`, program: `${hint}; or use simulatedWorld()` }
}

/**
 * Loads an optional native package on its first use.
 * @throws BusError 'unsupported' where it is not installed or was not built for this machine
 */
export async function loadNative<T>(what: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    throw new BusError('unsupported', `${what} cannot be used: its native package is not built here`, {
      hint: orSimulated(PACKAGE_HINT),
      cause: error
    })
  }
}
