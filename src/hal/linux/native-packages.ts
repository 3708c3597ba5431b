import { addon, buildHint } from '../../installation.ts'
import { PACKAGE_HINT } from './native.ts'

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

const ADDONS: Readonly<Record<string, string>> = {
  i2c: 'no I2C',
  gpio: 'contacts and switches over sysfs, by onoff, and no pulses',
  process: 'memory is not given back after a burst of work, and flock(1) locks the home'
}

/** Whether the addons load in this Node, and the package that stands in for that of GPIO where it does not. */
export async function nativePackages(): Promise<NativePackage[]> {
  const addons = await Promise.all(
    Object.entries(ADDONS).map(([name, without]) =>
      tried(`${name} addon`, { load: () => addon(name), without, cure: buildHint() })
    )
  )
  if (addons.every(({ name, error }) => name !== 'gpio addon' || error === undefined)) return addons
  return [
    ...addons,
    await tried('onoff', { load: () => import('onoff'), without: 'no GPIO', cure: PACKAGE_HINT })
  ]
}

async function tried(name: string, { load, without, cure }: Native): Promise<NativePackage> {
  const hint = `without it: ${without}; ${cure}`
  try {
    await load()
    return { name, hint }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { name, hint, error: message.split('\n')[0] ?? message }
  }
}
