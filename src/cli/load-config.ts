import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { systemClock } from '../clock.ts'
import type { FlagSetting, LoadedConfig } from '../config/load.ts'
import type { OutsideDevices } from '../config/outside-devices.ts'
import type { Environment } from './home.ts'

export interface ConfigRequest {
  readonly home: string
  /** Of --config; it must exist then. */
  readonly file?: string | undefined
  readonly environment: Environment
  readonly flags?: readonly FlagSetting[]
}

/** The configuration's file: the one that was named, else kith.yaml in the home. */
export function configFile({ home, file }: Pick<ConfigRequest, 'home' | 'file'>): string {
  return file ?? join(home, 'kith.yaml')
}

/** With the devices from outside that it names. @throws ConfigError with everything that is wrong */
export async function loadNodeConfig(
  request: ConfigRequest
): Promise<LoadedConfig & { readonly outside: OutsideDevices }> {
  const [{ loadWithDevices }, { devices, clockChips }] = await Promise.all([
    import('../config/load-with-devices.ts'),
    import('../../devices/index.ts')
  ])
  const file = configFile(request)
  return await loadWithDevices({
    devices,
    clocks: clockChips,
    folder: dirname(resolve(file)),
    clock: systemClock,
    file,
    optional: request.file === undefined,
    environment: request.environment,
    flags: request.flags ?? [],
    hostname: hostname()
  })
}

/** Whether that file is there. */
export function configFileFound(request: Pick<ConfigRequest, 'home' | 'file'>): boolean {
  return existsSync(configFile(request))
}
