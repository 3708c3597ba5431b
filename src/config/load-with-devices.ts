import type { Clock } from '../clock.ts'
import { ConfigError, isConfigError } from './config-error.ts'
import { loadOutsideDevices, type OutsideDevices } from './devices/outside.ts'
import { type LoadedConfig, type LoadRequest, loadConfig, namedModules } from './load.ts'
import { inOrder } from './schema-problems.ts'

export interface WholeRequest extends LoadRequest {
  /** Files under `devices` are relative to it, and packages are looked for from it on. */
  readonly folder: string
  readonly clock: Clock
}

/**
 * The configuration, and the devices from outside that it names: those are loaded first, for the rest is
 * checked by what they say.
 * @throws ConfigError with everything that is wrong
 */
export async function loadWithDevices(
  request: WholeRequest
): Promise<LoadedConfig & { readonly outside: OutsideDevices }> {
  const { devices } = request
  const outside = await loadOutside(request)
  return { ...loadConfig({ ...request, devices: [...devices, ...outside.devices] }), outside }
}

/** Those devices alone, whatever is wrong with the rest. @throws ConfigError where they do not load */
export async function loadOutside(request: WholeRequest): Promise<OutsideDevices> {
  const { devices, clocks = [], folder, clock } = request
  const known = [...devices, ...clocks].map(({ type }) => type)
  try {
    return await loadOutsideDevices({ named: namedModules(request), folder, known, clock })
  } catch (error) {
    throw isConfigError(error) ? withTheRest(error, request) : error
  }
}

/** What else is wrong, but for the sensors: theirs may be the very types that did not load. */
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
