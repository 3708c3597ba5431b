import * as v from 'valibot'
import type { OptionDefinition, Options, SensorDefinition } from '../../hal/sensor.ts'
import { durationUnits, formatUnits } from '../../units.ts'
import { choice } from '../options/choice.ts'
import {
  didYouMean,
  duration,
  notText,
  number,
  option,
  section,
  showInput,
  text,
  truth,
  whole,
  withHint
} from '../options/kinds.ts'

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

/** Text of a form that the description says in words. */
function formed(pattern: RegExp, about: string) {
  return v.pipe(
    v.string((issue) => notText({ input: issue.input })),
    v.regex(pattern, ({ input }) => {
      const small = input.toLowerCase()
      return withHint(`${showInput(input)} is not accepted`, pattern.test(small) ? didYouMean(small) : about)
    })
  )
}

function textOption(data: Extract<OptionDefinition, { kind: 'text' }>): v.GenericSchema<unknown, string> {
  const { pattern, about } = data
  const kind = pattern === undefined ? text(/^.{0,256}$/s, 'at most 256 characters') : formed(pattern, about)
  return data.default === undefined
    ? v.pipe(kind, v.description(data.about))
    : option(kind, data.default, data.about)
}
