import * as v from 'valibot'
import type { OptionDefinition, Options, SensorDefinition } from '../../hal/sensor.ts'
import { durationUnits, formatUnits } from '../../units.ts'
import { choice } from '../options/choice.ts'
import { duration, number, option, section, text, truth, whole } from '../options/kinds.ts'

/** The schema of a device's own options, made of its definition. */
export function deviceOptions(definition: SensorDefinition): v.GenericSchema<unknown, Options> {
  const entries = Object.entries(definition.options).map(([name, data]) => [name, optionOf(data)] as const)
  return section(`options of ${definition.type}`, Object.fromEntries(entries))
}

function optionOf(data: OptionDefinition): v.GenericSchema<unknown, string | number | boolean> {
  switch (data.kind) {
    case 'number': {
      const kind = data.integer === true ? whole : number
      const about = data.unit === undefined ? data.about : `${data.about} In ${data.unit}.`
      return option(kind(data.min, data.max), data.default, about)
    }
    case 'choice':
      return option(choice(data.choices), data.default, data.about)
    case 'boolean':
      return option(truth(), data.default, data.about)
    case 'duration':
      return durationOption(data)
    case 'text':
      return textOption(data)
  }
}

function durationOption(data: Extract<OptionDefinition, { kind: 'duration' }>) {
  const initial = formatUnits(data.default, durationUnits)
  const usual = initial.replace(/^[\d.]+/, '')
  return option(duration(data.min, data.max, usual), initial, data.about)
}

function textOption(data: Extract<OptionDefinition, { kind: 'text' }>): v.GenericSchema<unknown, string> {
  const pattern = data.pattern ?? /^.{0,256}$/s
  const kind = text(
    pattern,
    data.pattern === undefined ? 'at most 256 characters' : `of the form ${data.pattern.source}`
  )
  return data.default === undefined
    ? v.pipe(kind, v.description(data.about))
    : option(kind, data.default, data.about)
}
