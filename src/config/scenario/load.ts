import { dirname, resolve } from 'node:path'
import * as v from 'valibot'
import type { Scenario } from '../../hal/simulated/scenario.ts'
import { ConfigError } from '../config-error.ts'
import type { SensorConfig } from '../devices/sensors.ts'
import { inOrder, schemaProblems } from '../schema-problems.ts'
import { Settings } from '../settings.ts'
import { readConfigFile } from '../yaml/config-file.ts'
import { wholeYaml } from '../yaml/source.ts'
import { scenarioSchema } from './schema.ts'

/**
 * Reads a scenario file of the simulator.
 * @param sensors the node's: a scenario names them
 * @throws ConfigError with everything that is wrong
 */
export function loadScenario(file: string, sensors: readonly SensorConfig[]): Scenario {
  const text = readConfigFile(file, false, 'examples/scenarios has some to begin with') ?? ''
  return parseScenario(text, file, sensors)
}

/** @param file its name in messages, and the place of its recordings. @throws ConfigError */
export function parseScenario(text: string, file: string, sensors: readonly SensorConfig[]): Scenario {
  const { written, problems } = wholeYaml.file(text, file)
  const settings = new Settings()
  if (problems.length > 0) throw new ConfigError(problems)
  if (!settings.replace({ ...written, value: written.value ?? {} })) {
    const origin = { kind: 'file', file, line: 1, column: 1 } as const
    throw new ConfigError([
      {
        origin,
        path: '',
        message: 'is not a map of options',
        hint: 'a scenario begins with lines as events:'
      }
    ])
  }
  const schema = scenarioSchema({ sensors, folder: dirname(resolve(file)) })
  const result = v.safeParse(schema, settings.tree)
  const wrong = schemaProblems(schema, settings, result.issues ?? [])
  if (!result.success || wrong.length > 0) throw new ConfigError(inOrder(wrong))
  const { about, day, chips, events } = result.output
  const imperfect = chips.map(({ chip, ...imperfection }) => ({ ...chip, imperfection }))
  return { about, day, chips: imperfect, events }
}
