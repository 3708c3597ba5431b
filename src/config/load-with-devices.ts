import type { Clock } from '../clock.ts'
import { ConfigError, isConfigError } from './config-error.ts'
import { loadOutsideDevices, type NamedModule, type OutsideDevices } from './devices/outside.ts'
import { type LoadedConfig, type Loading, type LoadRequest, merge } from './loading.ts'
import { inOrder } from './schema-problems.ts'
import { plainYaml } from './yaml/plain-reader.ts'
import { NotPlain } from './yaml/positions.ts'

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
  const whole = { ...request, devices: [...devices, ...outside.devices] }
  const loaded = plainly(whole, (loading) => loading.finish(request))
  return { ...(loaded ?? (await import('./load.ts')).loadConfig(whole)), outside }
}

/** The external devices alone; other errors of the configuration are ignored. @throws ConfigError where they do not load */
export async function loadOutside(request: WholeRequest): Promise<OutsideDevices> {
  const { devices, clocks = [], folder, clock } = request
  const known = [...devices, ...clocks].map(({ type }) => type)
  try {
    return await loadOutsideDevices({ named: await namedModules(request), folder, known, clock })
  } catch (error) {
    throw isConfigError(error) ? await withTheRest(error, request) : error
  }
}

async function namedModules(request: LoadRequest): Promise<NamedModule[]> {
  const named = plainly({ ...request, devices: [] }, (loading) => loading.modules())
  return named ?? (await import('./load.ts')).namedModules(request)
}

/**
 * Tries without the library for YAML.
 * @returns undefined where the library must read it, or explain what is wrong
 */
function plainly<Result>(request: LoadRequest, use: (loading: Loading) => Result): Result | undefined {
  try {
    return use(merge(request, plainYaml))
  } catch (error) {
    if (error instanceof NotPlain || isConfigError(error)) return undefined
    throw error
  }
}

/** Adds the other problems, except those of sensors, whose types may be the ones that did not load. */
async function withTheRest(first: ConfigError, request: WholeRequest): Promise<ConfigError> {
  try {
    const { loadConfig } = await import('./load.ts')
    loadConfig(request)
    return first
  } catch (error) {
    if (!isConfigError(error)) throw error
    const rest = error.problems.filter(({ path }) => !path.startsWith('sensors'))
    return new ConfigError(inOrder([...first.problems, ...rest]))
  }
}
