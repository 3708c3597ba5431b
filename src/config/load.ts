import { defined } from '../defined.ts'
import type { SensorDefinition } from '../hal/sensor.ts'
import type { NamedModule } from './devices/outside.ts'
import { type LoadedConfig, type LoadRequest, merge } from './loading.ts'
import type { NodeConfig } from './schema.ts'
import { wholeYaml } from './yaml/source.ts'

/**
 * Reads a configuration in any YAML.
 * @throws ConfigError with everything that is wrong
 */
export function loadConfig(request: LoadRequest): LoadedConfig {
  return merge(request, wholeYaml).finish(request)
}

/** The modules that a configuration in any YAML names under `devices`. */
export function namedModules(request: Omit<LoadRequest, 'devices'>): NamedModule[] {
  return merge({ ...request, devices: [] }, wholeYaml).modules()
}

/** Checks the text of a file alone. @throws ConfigError */
export function parseConfig(text: string, devices: readonly SensorDefinition[], file?: string): NodeConfig {
  return loadConfig({ text, devices, ...defined({ file }) }).config
}
