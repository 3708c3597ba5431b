import { BusError } from '../i2c.ts'
import { loadGpioKernel } from './gpio/addon.ts'

/**
 * Loads an optional native package on its first use.
 * @throws BusError 'unsupported' where it is not installed or was not built for this machine
 */
export async function loadNative<T>(what: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    throw new BusError('unsupported', `${what} cannot be used: its native package is not built here`, {
      hint: 'install python3, make and a C++ compiler, then run `npm ci`; or use --simulated',
      cause: error
    })
  }
}

export interface NativePackage {
  readonly name: string
  /** Why it cannot be used; absent where it can. */
  readonly error?: string
}

/** Each is loaded only where a bus or a line is opened. */
const NATIVE: Readonly<Record<string, () => Promise<unknown>>> = {
  'i2c-bus': () => import('i2c-bus'),
  onoff: () => import('onoff'),
  'gpio addon': () => loadGpioKernel()
}

/** Whether the packages that reach the hardware load in this Node. */
export function nativePackages(): Promise<NativePackage[]> {
  return Promise.all(
    Object.entries(NATIVE).map(([name, load]) =>
      load().then(
        () => ({ name }),
        (error: Error) => ({ name, error: error.message.split('\n')[0] ?? error.name })
      )
    )
  )
}
