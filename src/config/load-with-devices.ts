import type { Clock } from '../clock.ts'
import { ConfigError, isConfigError } from './config-error.ts'
import { loadOutsideDevices, type NamedModule, type OutsideDevices } from './devices/outside.ts'
import { type LoadedConfig, type Loading, type LoadRequest, merge, schemaOf, textOf } from './loading.ts'
import type { ConfigSchema } from './schema.ts'
import { inOrder } from './schema-problems.ts'
import { plainYaml } from './yaml/plain-reader.ts'
import { NotPlain } from './yaml/positions.ts'

export interface WholeRequest extends LoadRequest {
  /** The folder that files under `devices` are relative to and packages are resolved from. */
  readonly folder: string
  readonly clock: Clock
  /** The only modules that may be loaded; all unless given. Others are errors, and their code is not run. */
  readonly modules?: readonly string[]
}

/**
 * The configuration and the external devices that it names. The devices are loaded first, because the rest is
 * checked against their definitions.
 * @throws ConfigError with everything that is wrong
 */
export async function loadWithDevices(
  request: WholeRequest
): Promise<LoadedConfig & { readonly outside: OutsideDevices }> {
  const merged = await mergeOnce(request)
  const outside = await outsideOf(merged, request)
  const whole = { ...request, devices: [...request.devices, ...outside.devices] }
  const schema = outside.devices.length > 0 ? schemaOf(whole) : undefined
  return { ...(await finish(merged, whole, schema)), outside }
}

/** The external devices alone; other errors of the configuration are ignored. @throws ConfigError where they do not load */
export async function loadOutside(request: WholeRequest): Promise<OutsideDevices> {
  return await outsideOf(await mergeOnce(request), request)
}

interface Merged {
  readonly text: string | undefined
  readonly loading: Loading
  /** Whether it was read without the library for YAML. */
  readonly isPlain: boolean
}

/** Reads the file once, by the library for YAML where it must. */
async function mergeOnce(request: LoadRequest): Promise<Merged> {
  const text = textOf(request)
  try {
    return { text, loading: merge(request, plainYaml, text), isPlain: true }
  } catch (error) {
    if (!(error instanceof NotPlain)) throw error
    return { text, loading: await mergeByLibrary(request, text), isPlain: false }
  }
}

async function mergeByLibrary(request: LoadRequest, text: string | undefined): Promise<Loading> {
  const { mergeAny } = await import('./load.ts')
  return mergeAny(request, text)
}

/** What is wrong with a plain one, the library explains. @throws ConfigError */
async function finish(
  { text, loading, isPlain }: Merged,
  request: LoadRequest,
  schema?: ConfigSchema
): Promise<LoadedConfig> {
  try {
    return loading.finish(request, schema)
  } catch (error) {
    if (!isPlain || !isConfigError(error)) throw error
    return (await mergeByLibrary(request, text)).finish(request)
  }
}

async function outsideOf(merged: Merged, request: WholeRequest): Promise<OutsideDevices> {
  const { devices, clocks = [], folder, clock } = request
  const known = [...devices, ...clocks].map(({ type }) => type)
  try {
    const named = merged.loading.modules()
    if (request.modules !== undefined) checkModules(named, request.modules)
    return await loadOutsideDevices({ named, folder, known, clock })
  } catch (error) {
    throw isConfigError(error) ? await withTheRest(error, merged, request) : error
  }
}

/** @throws ConfigError */
function checkModules(named: readonly NamedModule[], allowed: readonly string[]): void {
  const hint = {
    command: 'name it in kith.yaml on that machine, and restart the node',
    program: 'name it in the configuration on that machine, and start the node again'
  }
  const problems = named
    .filter(({ text }) => !allowed.includes(text))
    .map(({ origin, path, text }) => ({
      origin,
      path,
      message: `${text}: code comes in only on the machine itself, when the node starts`,
      hint
    }))
  if (problems.length > 0) throw new ConfigError(problems)
}

/** Adds the other problems, except those of sensors, whose types may be the ones that did not load. */
async function withTheRest(first: ConfigError, merged: Merged, request: WholeRequest): Promise<ConfigError> {
  try {
    const { warnings } = await finish(merged, request)
    return new ConfigError(first.problems, warnings)
  } catch (error) {
    if (!isConfigError(error)) throw error
    const rest = error.problems.filter(({ path }) => !path.startsWith('sensors'))
    return new ConfigError(inOrder([...first.problems, ...rest]), error.warnings)
  }
}
