import { addon, buildHint } from '../../installation.ts'

export interface NativePackage {
  readonly name: string
  /** Why it cannot be used; absent where it can. */
  readonly error?: string
  /** What is missing without it, and how it is had. */
  readonly hint: string
}

interface Native {
  /** As a node does when the first bus or line is opened. */
  load(): unknown
  readonly without: string
  readonly cure: string
}

const PACKAGE_HINT = 'install python3, make and a C++ compiler, then kith again'

const NATIVE: Readonly<Record<string, Native>> = {
  'i2c-bus': { load: () => import('i2c-bus'), without: 'no I2C', cure: PACKAGE_HINT },
  'gpio addon': {
    load: () => addon('gpio'),
    without: 'contacts and switches over sysfs, by onoff, and no pulses',
    cure: buildHint()
  },
  onoff: {
    load: () => import('onoff'),
    without: 'no GPIO where the kernel is older than 5.10',
    cure: PACKAGE_HINT
  },
  'process addon': {
    load: () => addon('process'),
    without: 'memory is not given back after a burst of work, and flock(1) locks the home',
    cure: buildHint()
  }
}

/** Whether the packages and addons that reach the machine load in this Node. */
export function nativePackages(): Promise<NativePackage[]> {
  return Promise.all(
    Object.entries(NATIVE).map(async ([name, { load, without, cure }]) => {
      const hint = `without it: ${without}; ${cure}`
      try {
        await load()
        return { name, hint }
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        return { name, hint, error: message.split('\n')[0] ?? message }
      }
    })
  )
}
