import { loadGpioKernel } from './gpio/addon.ts'

export interface NativePackage {
  readonly name: string
  /** Why it cannot be used; absent where it can. */
  readonly error?: string
}

/** How each is loaded; a node does so when the first bus or line is opened. */
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
