import type { Clock } from '../clock.ts'
import { type LoadedConfig, type LoadRequest, loadConfig, namedModules } from './load.ts'
import { loadOutsideDevices, type OutsideDevices } from './outside-devices.ts'

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
  const { devices, clocks = [], folder, clock } = request
  const known = [...devices, ...clocks].map(({ type }) => type)
  const outside = await loadOutsideDevices({ named: namedModules(request), folder, known, clock })
  return { ...loadConfig({ ...request, devices: [...devices, ...outside.devices] }), outside }
}
