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
  i2c: 'I2C by i2c-bus',
  gpio: 'contacts and switches over sysfs, by onoff, and no pulses',
  process: 'memory is not given back after a burst of work, and flock(1) locks the home'
}

/** The packages that stand in for an addon. */
const STAND_INS: Readonly<Record<string, Omit<Native, 'cure'> & { readonly name: string }>> = {
  i2c: { name: 'i2c-bus', load: () => import('i2c-bus'), without: 'no I2C' },
  gpio: { name: 'onoff', load: () => import('onoff'), without: 'no GPIO' }
}

/** Whether the addons load in this Node, and of the packages that stand in for them those that are needed. */
export async function nativePackages(): Promise<NativePackage[]> {
  const found = Object.entries(ADDONS).map(async ([addonName, without]) => {
    const own = await tried(`${addonName} addon`, {
      load: () => addon(addonName),
      without,
      cure: buildHint()
    })
    const other = STAND_INS[addonName]
    if (own.error === undefined || other === undefined) return [own]
    return [own, await tried(other.name, { ...other, cure: PACKAGE_HINT })]
  })
  return (await Promise.all(found)).flat()
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
