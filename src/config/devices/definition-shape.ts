import * as v from 'valibot'
import { CHANNEL, DEVICE_TYPE, PROTOCOL_NAME, WORD } from '../../names.ts'
import { formatPath } from '../option-path.ts'

/** The shape of an external module's definition: it may come from plain JavaScript. */
const words = v.pipe(v.string('is not text'), v.nonEmpty('is empty'))
const finite = v.pipe(v.number('is not a number'), v.finite('is not a finite number'))
const callable = v.function('is not a function')
const about = words
/** A unit of SenML: printable ASCII. */
const UNIT = /^[!-~]{1,16}$/

const optionKinds = v.variant(
  'kind',
  [
    v.looseObject({ kind: v.literal('number'), default: finite, min: finite, max: finite, about }),
    v.looseObject({ kind: v.literal('duration'), default: finite, min: finite, max: finite, about }),
    v.looseObject({
      kind: v.literal('choice'),
      default: v.union([v.string(), v.number()], 'is neither text nor number'),
      choices: v.pipe(v.array(v.union([v.string(), v.number()])), v.nonEmpty('is empty')),
      about
    }),
    v.looseObject({ kind: v.literal('boolean'), default: v.boolean('is neither true nor false'), about }),
    v.looseObject({
      kind: v.literal('text'),
      default: v.optional(v.string('is not text')),
      pattern: v.optional(v.instance(RegExp, 'is not a regular expression')),
      about
    })
  ],
  'is not an option: its kind is number, duration, choice, boolean or text'
)

const option = v.pipe(
  optionKinds,
  v.check((data) => {
    if (data.kind === 'choice') return data.choices.includes(data.default)
    if (data.kind === 'number' || data.kind === 'duration')
      return data.min <= data.default && data.default <= data.max
    return true
  }, 'has a default that it would refuse')
)

const measure = v.looseObject(
  {
    quantity: v.pipe(
      v.string('is not text'),
      v.regex(WORD, 'is not a name of a quantity: 1 to 32 of a–z, 0–9 and -')
    ),
    channel: v.optional(v.pipe(v.string('is not text'), v.regex(CHANNEL, 'is not 1 to 8 of a–z and 0–9'))),
    range: v.optional(
      v.pipe(
        v.tuple([finite, finite], 'is not a pair [minimum, maximum]'),
        v.check(([min, max]) => min <= max, 'ends before it begins')
      )
    ),
    accuracy: v.optional(v.pipe(finite, v.minValue(0, 'is negative'))),
    total: v.optional(v.boolean('is neither true nor false'))
  },
  'is not a measure as in { quantity: "temperature" }'
)

const quantity = v.looseObject(
  {
    name: v.pipe(
      v.string('is not text'),
      v.regex(WORD, 'is not a name of a quantity: 1 to 32 of a–z, 0–9 and -')
    ),
    unit: v.optional(v.pipe(v.string('is not text'), v.regex(UNIT, 'is not a SenML unit as in m/s'))),
    kind: v.picklist(['number', 'boolean'], 'is neither number nor boolean'),
    protocol: v.pipe(
      v.string('is not text'),
      v.regex(PROTOCOL_NAME, 'is not a ProtocolName as in /sensor/soil-tension/v1')
    ),
    shown: v.optional(v.looseObject({ unit: v.string('is not text') }, 'is no { unit }'))
  },
  'is not a quantity as in { name, unit, kind, protocol }'
)

const common = {
  type: v.pipe(
    v.string('is not text'),
    v.regex(DEVICE_TYPE, 'is not a type: 2 to 32 of a–z, 0–9 and -, a letter first')
  ),
  title: words,
  datasheet: v.looseObject({ id: words, revision: words }, 'is no { id, revision }'),
  measures: v.union(
    [v.array(measure), callable],
    'is neither a list of measures nor a function of the options'
  ),
  options: v.record(
    v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_]*$/, 'is not a name of an option')),
    option,
    'is not a map'
  ),
  quantities: v.optional(v.array(quantity, 'is not a list')),
  minimumInterval: v.pipe(finite, v.minValue(1, 'is less than 1 ms')),
  open: callable
}

const address = v.pipe(
  v.number('is not a number'),
  v.integer('is not a whole number'),
  v.minValue(0x08, 'is below 0x08'),
  v.maxValue(0x77, 'is above 0x77')
)

const definition = v.variant(
  'bus',
  [
    v.looseObject({
      ...common,
      bus: v.literal('i2c'),
      addresses: v.pipe(v.array(address, 'is not a list'), v.nonEmpty('is empty'))
    }),
    v.looseObject({ ...common, bus: v.picklist(['gpio', 'sysfs', 'none']) })
  ],
  (issue) =>
    issue.expected === 'Object' ? 'is not a definition of a device' : 'is not one of i2c, gpio, sysfs, none'
)

/** The first fault of a definition, as `addresses[1] is above 0x77`; undefined if there is none. */
export function definitionFault(found: unknown): string | undefined {
  const [issue] = v.safeParse(definition, found).issues ?? []
  if (issue === undefined) return undefined
  const path = formatPath((issue.path ?? []).map(({ key }) => key as string | number))
  const missing = issue.input === undefined && path !== ''
  return path === '' ? issue.message : `${path} ${missing ? 'is missing' : issue.message}`
}
