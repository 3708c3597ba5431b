import type i2c from 'i2c-bus'
import { addonAdapter, type OpenI2cAdapter } from './i2c-adapter.ts'

const i2cBus = async (): Promise<Pick<typeof i2c, 'openPromisified'>> => (await import('i2c-bus')).default

/** By the addon, else by npm i2c-bus. @throws Error of the addon, where neither is built for this machine */
export async function loadI2c(own = addonAdapter, other = i2cBus): Promise<OpenI2cAdapter> {
  try {
    return own()
  } catch (error) {
    const standIn = await other().catch(() => undefined)
    if (standIn === undefined) throw error
    const { packageAdapter } = await import('./i2c-package.ts')
    return packageAdapter(standIn)
  }
}
