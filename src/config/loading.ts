import * as v from 'valibot'
import { defined } from '../defined.ts'
import type { ClockDefinition } from '../hal/clock-chip.ts'
import type { SensorDefinition } from '../hal/sensor.ts'
import { idleGrants, withPlaces } from './access.ts'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import type { NamedModule } from './devices/outside.ts'
import { variableOf, variablesFor } from './environment.ts'
import { type MachineSize, thisMachine } from './machine-size.ts'
import { formatPath, type OptionPath, parsePath } from './option-path.ts'
import { didYouMean, factsOf } from './options/kinds.ts'
import { nearest } from './options/nearest.ts'
import { itemOf, leaves, type Setting, settingsOf } from './options/walk.ts'
import type { Origin } from './origin.ts'
import {
  bothGiven,
  oldPaths,
  renamedPath,
  renamedValue,
  renamedValueWarning,
  renameKeys,
  renameWarning
} from './renamed-keys.ts'
import { withScaledLimits } from './scaled-limits.ts'
import { type ConfigSchema, configSchema, type NodeConfig } from './schema.ts'
import { inOrder, schemaProblems } from './schema-problems.ts'
import { Settings } from './settings.ts'
import { readConfigFile } from './yaml/config-file.ts'
import { writeValue } from './yaml/value.ts'
import type { YamlReader } from './yaml/yaml-source.ts'

/** A value given on the command line. */
export interface FlagSetting {
  /** `history.age`, `sensors[0].interval` */
  readonly path: string
  /** YAML, as it would stand in the file behind the colon. */
  readonly value: string
  /** The flag as the person typed it, for messages; `--set <path>` unless given. */
  readonly flag?: string
}

export interface LoadRequest {
  readonly devices: readonly SensorDefinition[]
  /** Clock chips that `time.rtc` may name; none unless given. */
  readonly clocks?: readonly ClockDefinition[]
  /** Names of quantities that an application brings. */
  readonly quantities?: readonly string[]
  /** Path of the file; with `text`, its name in messages. */
  readonly file?: string
  /** The text in place of the file's. */
  readonly text?: string
  /** Whether the file may be absent; false unless given. */
  readonly optional?: boolean
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Later ones win. */
  readonly flags?: readonly FlagSetting[]
  /** The machine's name, from which the node has its own where none is configured. */
  readonly hostname?: string
  /** By which limits grow; this one unless given. */
  readonly machine?: MachineSize
}

/** One value of the configuration and where it comes from. */
export interface Provenance {
  /** `history.age` */
  readonly path: string
  /** As it is used: milliseconds, bytes. */
  readonly value: unknown
  /** As it would be written: `30d`. */
  readonly text: string
  readonly origin: Origin
}

export interface LoadedConfig {
  readonly config: NodeConfig
  readonly provenance: readonly Provenance[]
  /** Old names of keys, variables and flags, which were read as the new ones; grants that give nothing. */
  readonly warnings: readonly ConfigProblem[]
}

/** The text of the configuration; undefined where there is none. @throws NodeError 'bad-config' */
export function textOf({ text, file, optional }: LoadRequest): string | undefined {
  return text ?? readConfigFile(file, optional === true)
}

/**
 * Merges defaults < file < environment < flags.
 * @param text of the file
 * @throws NodeError 'bad-config' where the file cannot be read; what the reader throws
 */
export function merge(request: LoadRequest, reader: YamlReader, text = textOf(request)): Loading {
  const loading = new Loading(schemaOf(request), reader)
  if (text !== undefined) loading.file(text, request.file ?? 'kith.yaml')
  loading.environment(request.environment ?? {})
  for (const flag of request.flags ?? []) loading.flag(flag)
  return loading
}

export function schemaOf({ devices, clocks, quantities }: LoadRequest): ConfigSchema {
  return configSchema(devices, clocks, quantities)
}

/** A configuration that is merged, to be checked. */
export class Loading {
  readonly #schema: ConfigSchema
  readonly #reader: YamlReader
  readonly #options: readonly Setting[]
  readonly #settings = new Settings()
  readonly #problems: ConfigProblem[] = []
  readonly #warnings: ConfigProblem[] = []

  constructor(schema: ConfigSchema, reader: YamlReader) {
    this.#schema = schema
    this.#reader = reader
    this.#options = [...settingsOf(schema)]
  }

  file(text: string, file: string): void {
    const { written, problems } = this.#reader.file(text, file)
    this.#problems.push(...problems)
    if (problems.length > 0 || written.value === undefined || written.value === null) return
    const renamed = renameKeys(written)
    this.#warnings.push(...renamed.warnings)
    this.#problems.push(...renamed.problems)
    if (!this.#settings.replace(renamed.written)) {
      const origin = written.values.get('') ?? { kind: 'file', file, line: 1, column: 1 }
      this.#report(origin, '', 'is not a map of options', 'a configuration begins with lines as name: hall')
    }
  }

  environment(environment: Readonly<Record<string, string | undefined>>): void {
    const byVariable = new Map(this.#options.map((setting) => [variableOf(setting.path), setting]))
    const byOldName = new Map(
      this.#options.flatMap(({ path }) => oldPaths(path).map((old) => [variableOf(old), path] as const))
    )
    for (const { variable, text, setting } of variablesFor(byVariable, environment)) {
      const origin: Origin = { kind: 'environment', name: variable }
      const renamed = byOldName.get(variable)
      if (setting !== undefined) this.#put(setting.path, text, origin)
      else if (renamed === undefined)
        this.#report(origin, '', 'no option has this name', didYouMean(nearest(variable, byVariable.keys())))
      else this.#putRenamed(renamed, text, origin, environment)
    }
  }

  #putRenamed(
    path: readonly string[],
    text: string,
    origin: Origin,
    environment: Readonly<Record<string, string | undefined>>
  ): void {
    const now = variableOf(path)
    if (environment[now]) this.#problems.push(bothGiven(origin, '', now))
    else {
      this.#warnings.push(renameWarning(origin, '', now))
      this.#put(path, text, origin)
    }
  }

  flag({ path, value, flag = `--set ${path}` }: FlagSetting): void {
    const origin: Origin = { kind: 'flag', name: flag }
    const steps = parsePath(path)
    if (steps === undefined)
      this.#report(origin, '', 'is not a path', 'write it as in history.age or sensors[0].interval')
    else {
      const now = renamedPath(steps)
      if (formatPath(now) !== formatPath(steps))
        this.#warnings.push(renameWarning(origin, '', formatPath(now)))
      this.#put(now, value, origin)
    }
  }

  /**
   * The modules that the configuration names under `devices`: to be loaded before the rest can be checked.
   * Problems are not reported here: finish() does that.
   */
  modules(): NamedModule[] {
    const { output, success } = v.safeParse(this.#schema.entries.devices, this.#settings.tree['devices'])
    if (!success || this.#problems.length > 0) return []
    return output.map((text, index) => {
      const path = ['devices', index]
      return { text, path: formatPath(path), origin: this.#settings.place(path, 'value') }
    })
  }

  /**
   * Checks it, once.
   * @param schema with the devices that it names; options do not depend on them
   * @throws ConfigError
   */
  finish(
    { hostname, machine = thisMachine(), devices }: Pick<LoadRequest, 'hostname' | 'machine' | 'devices'>,
    schema = this.#schema
  ): LoadedConfig {
    const result = v.safeParse(schema, this.#withName(hostname))
    const elsewhere = (key: string): OptionPath | undefined =>
      this.#options.find((setting) => setting.path.at(-1) === key)?.path
    this.#problems.push(...schemaProblems(schema, this.#settings, result.issues ?? [], elsewhere))
    const warnings = inOrder(this.#warnings)
    if (!result.success || this.#problems.length > 0) throw new ConfigError(inOrder(this.#problems), warnings)
    return {
      config: withScaledLimits(
        {
          ...result.output,
          access: withPlaces(result.output.access, (path) => this.#settings.place(path, 'value'))
        },
        machine
      ),
      provenance: this.#provenance(schema, result.output, machine),
      warnings: inOrder([...warnings, ...this.#idle(result.output, devices)])
    }
  }

  /** No errors: a sensor may be named before it is given what it measures. */
  #idle(config: NodeConfig, devices: readonly SensorDefinition[]): ConfigProblem[] {
    return idleGrants(config, devices).map(({ path, ...why }) => ({
      origin: this.#settings.place(path, 'value'),
      path: formatPath(path),
      ...why
    }))
  }

  #withName(hostname: string | undefined): unknown {
    const name = hostname === undefined ? '' : nodeName(hostname)
    return name === '' ? this.#settings.tree : { name, ...this.#settings.tree }
  }

  #put(path: OptionPath, text: string, origin: Origin): void {
    const { written, problems } = this.#reader.value(text, origin)
    this.#problems.push(...problems.map((problem) => ({ ...problem, path: formatPath(path) })))
    if (problems.length > 0) return
    const renamed = renamedValue(path, written.value)
    if (renamed !== undefined)
      this.#warnings.push(renamedValueWarning(origin, formatPath(path), written.value, renamed))
    const value =
      this.#isList(path) && typeof written.value === 'string'
        ? words(written.value)
        : (renamed ?? written.value)
    if (!this.#settings.put(path, { ...written, value })) {
      this.#report(origin, formatPath(path), 'there is no such place in the configuration', undefined)
    }
  }

  #isList(path: OptionPath): boolean {
    const option = this.#options.find((setting) => formatPath(setting.path) === formatPath(path))
    return option !== undefined && itemOf(option.schema) !== undefined
  }

  #report(origin: Origin, path: string, message: string, hint: string | undefined): void {
    this.#problems.push({ origin, path, message, ...defined({ hint }) })
  }

  #provenance(schema: ConfigSchema, config: NodeConfig, machine: MachineSize): Provenance[] {
    const used = [...leaves(schema, withScaledLimits(config, machine))]
    return [...leaves(schema, config)].map(({ path, schema, value }, index) => {
      const text = factsOf(schema).format?.(value) ?? writeValue(value)
      const number = used[index]?.value
      return {
        path: formatPath(path),
        value: number,
        text: number === value ? text : `${text} (${number})`,
        origin: this.#settings.originOf(path) ?? { kind: 'default' }
      }
    })
  }
}

/** A list in a variable or flag, which may be written without brackets: `temperature,soil`. */
function words(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

/** The node's name made of a host name: `Pi-Kitchen.local` becomes `pi-kitchen`. */
function nodeName(hostname: string): string {
  const [first = ''] = hostname.toLowerCase().split('.')
  return first
    .replace(/[^a-z0-9-]/g, '-')
    .replace(/^-+/, '')
    .slice(0, 32)
}
