import { defined } from '../defined.ts'
import type { SensorDefinition } from '../hal/sensor.ts'
import { type LoadedConfig, type Loading, type LoadRequest, merge } from './loading.ts'
import type { NodeConfig } from './schema.ts'
import { wholeYaml } from './yaml/source.ts'

/**
 * Reads a configuration in any YAML.
 * @throws ConfigError with everything that is wrong
 */
export function loadConfig(request: LoadRequest): LoadedConfig {
  return mergeAny(request).finish(request)
}

/** Merges a configuration in any YAML. @param text of the file */
export function mergeAny(request: LoadRequest, text?: string): Loading {
  return merge(request, wholeYaml, text)
}

/** Checks the text of a file alone. @throws ConfigError */
export function parseConfig(text: string, devices: readonly SensorDefinition[], file?: string): NodeConfig {
  return loadConfig({ text, devices, ...defined({ file }) }).config
}
