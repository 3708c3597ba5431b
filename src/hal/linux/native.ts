import { BusError } from '../i2c.ts'

export const PACKAGE_HINT = 'install python3, make and a C++ compiler, then kith again (a clone: npm ci)'

/**
 * Loads an optional native package on its first use.
 * @throws BusError 'unsupported' where it is not installed or was not built for this machine
 */
export async function loadNative<T>(what: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    throw new BusError('unsupported', `${what} cannot be used: its native package is not built here`, {
      hint: `${PACKAGE_HINT}; or use --simulated`,
      cause: error
    })
  }
}
