import { statSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Clock, withDeadline } from '../../clock.ts'
import { defined } from '../../defined.ts'
import { describeError } from '../../error.ts'
import type { SensorDefinition } from '../../hal/sensor.ts'
import type { ChipModelFactory } from '../../hal/simulated/model.ts'
import { ConfigError, type ConfigProblem } from '../config-error.ts'
import type { Origin } from '../origin.ts'
import { definitionFault } from './definition-shape.ts'

/** An entry of `devices`, and where it is written. */
export interface NamedModule {
  /** `./my-chip.ts`, `/opt/kith/my-chip.js`, `kith-device-sht85` */
  readonly text: string
  readonly path: string
  readonly origin: Origin
}

/** The devices of external modules. */
export interface OutsideDevices {
  readonly devices: readonly SensorDefinition[]
  /** Their models by type, where the modules have some. */
  readonly models: Readonly<Record<string, ChipModelFactory>>
}

export interface OutsideInit {
  readonly named: readonly NamedModule[]
  /** The folder that paths are relative to and packages are resolved from. */
  readonly folder: string
  /** Types that exist already. */
  readonly known: readonly string[]
  readonly clock: Clock
}

/** Milliseconds that a module may take to load. */
const LOADING = 30_000

/**
 * Loads the drivers that the configuration names: from files and installed packages, never from a network.
 * Their code runs with all rights of the node, as soon as it is loaded.
 * @throws ConfigError with everything that is wrong
 */
export async function loadOutsideDevices(init: OutsideInit): Promise<OutsideDevices> {
  if (init.named.length === 0) return { devices: [], models: {} }
  resolveFrom(init.folder)
  const problems: ConfigProblem[] = []
  const owners = new Map(init.known.map((type) => [type, 'kith itself']))
  const devices: SensorDefinition[] = []
  const models: Record<string, ChipModelFactory> = {}
  for (const module of init.named) {
    try {
      const found = contentsOf(await load(module, init))
      for (const definition of found.definitions) claim(definition.type, module.text, owners)
      devices.push(...found.definitions)
      Object.assign(models, found.models)
    } catch (error) {
      if (!(error instanceof Unusable)) throw error
      const { origin, path, text } = module
      const { message, hint } = error
      problems.push({ origin, path, message: `${text} ${message}`, ...defined({ hint }) })
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return { devices, models }
}

/** Why a module cannot be used: a message that follows its name, and a hint. */
class Unusable extends Error {
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}

const isFile = (text: string): boolean => /^\.{0,2}\//.test(text)

async function load({ text }: NamedModule, { folder, clock }: OutsideInit): Promise<Record<string, unknown>> {
  const file = isFile(text) ? resolve(folder, text) : undefined
  if (file !== undefined && statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
    throw new Unusable('is not there', `there is no file ${file}`)
  try {
    const specifier = file === undefined ? text : pathToFileURL(file).href
    return await withDeadline(clock, LOADING, text, () => import(`${NAMED}${specifier}`))
  } catch (error) {
    throw unloadable(error, text, folder)
  }
}

function unloadable(error: unknown, text: string, folder: string): Unusable {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const absent = code === 'ERR_MODULE_NOT_FOUND' && describeError(error).includes(`'${text}'`)
  if (absent && !isFile(text))
    return new Unusable('is not installed', `npm install --prefix ${folder} ${text}`)
  if (code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING')
    return new Unusable(
      'is TypeScript',
      'a package must bring JavaScript; a file of your own may be TypeScript'
    )
  return new Unusable(`cannot be loaded: ${describeError(error)}`)
}

interface Contents {
  readonly definitions: readonly SensorDefinition[]
  readonly models: Readonly<Record<string, ChipModelFactory>>
}

const EXPORTS = 'a driver exports a definition as default, or several as devices (docs/writing-a-driver.md)'

/** @throws Unusable */
function contentsOf(module: Record<string, unknown>): Contents {
  const given = module['devices'] ?? module['default']
  const definitions: unknown[] = Array.isArray(given) ? given : [given]
  // Node may take an empty file for CommonJS, whose default export is an empty object.
  if (definitions.length === 0 || given === undefined || Object.keys(Object(given)).length === 0)
    throw new Unusable('exports no device', EXPORTS)
  return { definitions: definitions.map(definitionOf), models: modelsOf(module['models']) }
}

/** @throws Unusable */
function definitionOf(found: unknown): SensorDefinition {
  const fault = definitionFault(found)
  if (fault === undefined) return found as SensorDefinition
  throw new Unusable(`exports an invalid device: ${nameOf(found)}${fault}`, EXPORTS)
}

function nameOf(found: unknown): string {
  return typeof found === 'object' && found !== null && 'type' in found ? `${found.type}: ` : ''
}

function modelsOf(given: unknown): Readonly<Record<string, ChipModelFactory>> {
  if (given === undefined) return {}
  const entries = typeof given === 'object' && given !== null ? Object.entries(given) : undefined
  if (entries?.every(([, model]) => typeof model === 'function') !== true)
    throw new Unusable('exports models that are none', 'models is a map of a type to a function')
  return Object.fromEntries(entries) as Record<string, ChipModelFactory>
}

/** @throws Unusable where another has the type */
function claim(type: string, text: string, owners: Map<string, string>): void {
  const owner = owners.get(type)
  if (owner !== undefined)
    throw new Unusable(`has the type ${type}, which ${owner} has, too`, 'give the device another type')
  owners.set(type, text)
}

/**
 * Begins the specifier of a module that the configuration names, and is followed by what it says: only that import is
 * resolved from the folder of the configuration. The bundle has other imports in this file.
 */
const NAMED = 'kith-named:'

/**
 * Makes modules that the configuration names resolve from the folder, and what kith exports to this installation,
 * wherever the driver is.
 */
function resolveFrom(folder: string): void {
  const parentURL = pathToFileURL(join(folder, 'kith.yaml')).href
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier.startsWith(NAMED)) return next(specifier.slice(NAMED.length), { ...context, parentURL })
      // A package resolves its own name by the exports of its package.json.
      if (FACES.has(specifier)) return next(specifier, { ...context, parentURL: import.meta.url })
      return next(specifier, context)
    }
  })
}

/** What kith exports (package.json). */
const FACES: ReadonlySet<string> = new Set(['kith', 'kith/driver', 'kith/simulated'])
