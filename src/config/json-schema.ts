import type { ClockDefinition } from '../hal/clock-chip.ts'
import type { SensorDefinition } from '../hal/sensor.ts'
import type { OptionFacts } from './options/kinds.ts'
import { configSchema } from './schema.ts'

/**
 * The JSON Schema (draft 7) of the configuration file, with the options of these devices and clock chips, for
 * editors.
 * The converter is loaded only here: a running node never needs it.
 */
export async function configJsonSchema(
  devices: readonly SensorDefinition[],
  clocks: readonly ClockDefinition[] = []
): Promise<Record<string, unknown>> {
  const { toJsonSchema } = await import('@valibot/to-json-schema')
  const schema = toJsonSchema(configSchema(devices, clocks), {
    typeMode: 'input',
    // Checks between options cannot be expressed in JSON Schema; they are made when loading.
    errorMode: 'ignore',
    // Facts are for messages and documents; JSON Schema gives `format` another meaning.
    overrideAction: ({ valibotAction, jsonSchema }) =>
      valibotAction.type === 'metadata' ? withoutFacts(jsonSchema) : undefined,
    overrideSchema: ({ jsonSchema }) =>
      jsonSchema.type === 'object' && jsonSchema.properties !== undefined
        ? { ...jsonSchema, additionalProperties: false }
        : undefined
  })
  return { ...schema, title: 'kith.yaml' }
}

function withoutFacts<Schema extends object>(schema: Schema): Schema {
  const kept = { ...schema }
  for (const fact of ['range', 'format'] satisfies (keyof OptionFacts)[]) Reflect.deleteProperty(kept, fact)
  return kept
}
