import type { Clock } from '../clock.ts'
import { ConfigError, isConfigError } from './config-error.ts'
import { loadOutsideDevices, type OutsideDevices } from './devices/outside.ts'
import { type LoadedConfig, type LoadRequest, loadConfig, namedModules } from './load.ts'
import { inOrder } from './schema-problems.ts'

export interface WholeRequest extends LoadRequest {
  /** The folder that files under `devices` are relative to and packages are resolved from. */
  readonly folder: string
  readonly clock: Clock
}

/**
 * The configuration and the external devices that it names. The devices are loaded first, because the rest is
 * checked against their definitions.
 * @throws ConfigError with everything that is wrong
 */
export async function loadWithDevices(
  request: WholeRequest
): Promise<LoadedConfig & { readonly outside: OutsideDevices }> {
  const { devices } = request
  const outside = await loadOutside(request)
  return { ...loadConfig({ ...request, devices: [...devices, ...outside.devices] }), outside }
}

/** The external devices alone; other errors of the configuration are ignored. @throws ConfigError where they do not load */
export async function loadOutside(request: WholeRequest): Promise<OutsideDevices> {
  const { devices, clocks = [], folder, clock } = request
  const known = [...devices, ...clocks].map(({ type }) => type)
  try {
    return await loadOutsideDevices({ named: namedModules(request), folder, known, clock })
  } catch (error) {
    throw isConfigError(error) ? withTheRest(error, request) : error
  }
}

/** Adds the other problems, except those of sensors, whose types may be the ones that did not load. */
function withTheRest(first: ConfigError, request: WholeRequest): ConfigError {
  try {
    loadConfig(request)
    return first
  } catch (error) {
    if (!isConfigError(error)) throw error
    const rest = error.problems.filter(({ path }) => !path.startsWith('sensors'))
    return new ConfigError(inOrder([...first.problems, ...rest]))
  }
}
