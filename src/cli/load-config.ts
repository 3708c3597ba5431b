import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { systemClock } from '../clock.ts'
import type { OutsideDevices } from '../config/devices/outside.ts'
import type { WholeRequest } from '../config/load-with-devices.ts'
import type { FlagSetting, LoadedConfig } from '../config/loading.ts'
import { isNodeError, type NodeError } from '../error.ts'
import type { ClockDefinition } from '../hal/clock-chip.ts'
import type { SensorDefinition } from '../hal/sensor.ts'
import type { GivenLoad } from '../node/configuration/live-config.ts'
import type { Environment } from './home.ts'

export interface ConfigRequest {
  readonly home: string
  /** The file of --config, which must exist. */
  readonly file?: string | undefined
  /** Whether the file of the home must exist, too; false unless given. */
  readonly mustExist?: boolean
  /** A text in place of the file's, and the modules that it may name alone. */
  readonly given?: GivenLoad | undefined
  readonly environment: Environment
  readonly flags?: readonly FlagSetting[]
}

/** The configuration file: `file`, else kith.yaml in the home. */
export function configFile({ home, file }: Pick<ConfigRequest, 'home' | 'file'>): string {
  return file ?? join(home, 'kith.yaml')
}

/** The configuration and the external devices that it names. @throws ConfigError with every problem */
export async function loadNodeConfig(
  request: ConfigRequest
): Promise<LoadedConfig & { readonly outside: OutsideDevices }> {
  const { loadWithDevices } = await import('../config/load-with-devices.ts')
  return await loadWithDevices(await wholeRequest(request))
}

async function wholeRequest(request: ConfigRequest): Promise<WholeRequest> {
  const { devices, clockChips } = await import('../../devices/index.ts')
  const file = configFile(request)
  return {
    devices,
    clocks: clockChips,
    folder: dirname(resolve(file)),
    clock: systemClock,
    file,
    optional: request.file === undefined && request.mustExist !== true,
    environment: request.environment,
    flags: request.flags ?? [],
    hostname: hostname(),
    ...request.given
  }
}

/** The devices that a configuration may name. */
export interface DeviceIndex {
  readonly devices: readonly SensorDefinition[]
  readonly clocks: readonly ClockDefinition[]
  /** Why the external drivers that the configuration names are missing. */
  readonly failed?: NodeError
}

/** The built-in devices and those that the configuration names; other errors of the configuration are ignored. */
export async function loadDeviceIndex(request: ConfigRequest): Promise<DeviceIndex> {
  const { loadOutside } = await import('../config/load-with-devices.ts')
  const whole = await wholeRequest(request)
  const { devices, clocks = [] } = whole
  try {
    const outside = await loadOutside(whole)
    return { devices: [...devices, ...outside.devices], clocks }
  } catch (error) {
    if (!isNodeError(error, 'bad-config')) throw error
    return { devices, clocks, failed: error }
  }
}

/** Whether the configuration file exists. */
export function configFileFound(request: Pick<ConfigRequest, 'home' | 'file'>): boolean {
  return existsSync(configFile(request))
}
