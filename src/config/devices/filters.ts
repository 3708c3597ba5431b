import * as v from 'valibot'
import { didYouMean, duration, list, number, options, showInput, whole, withHint } from '../options/kinds.ts'
import { nearest } from '../options/nearest.ts'

const DAY = 86_400_000
/** Beyond any sensor's range in its quantity's unit (pressure in Pa goes furthest). */
const FAR = 1e9

const anywhere = number(-FAR, FAR)
const pair = v.strictTuple(
  [anywhere, anywhere],
  (issue) => `${showInput(issue.input)} is not a pair of numbers`
)

const calibration = v.pipe(
  list(pair, 32),
  v.minLength(2, 'needs two or more pairs [measured, true]'),
  v.check(
    (pairs) => new Set(pairs.map(([measured]) => measured)).size === pairs.length,
    'has two pairs with the same measured value'
  )
)

const bounds = v.pipe(
  pair,
  v.check(([min, max]) => min < max, 'the first number must be less than the second')
)

const weight = v.pipe(number(0, 1), v.gtValue(0, 'with 0 the result would never change'))
const step = v.pipe(number(0, FAR), v.gtValue(0, '0 would hold nothing back'))

function described<const Schema extends v.GenericSchema>(schema: Schema, about: string) {
  return v.pipe(schema, v.description(about), v.metadata({ ...v.getMetadata(schema) }))
}

/** Within a union: the JSON Schema shows no description behind the conversion to milliseconds. */
function describedTime(about: string) {
  const time = duration(1, DAY)
  return v.pipe(v.union([time]), v.description(about), v.metadata({ ...v.getMetadata(time) }))
}

/** One key each; applied in the order of the list, each to the outcome of the one before. */
const filters = {
  offset: described(anywhere, 'Added to each value, in the unit of the quantity.'),
  calibrate_linear: described(calibration, 'Pairs [measured, true]: straight lines between them and beyond.'),
  median: described(whole(2, 99), 'The median of the last N values.'),
  moving_average: described(whole(2, 1000), 'The mean of the last N values.'),
  exponential_moving_average: described(weight, 'Weight of the newest value: above 0, up to 1.'),
  throttle: describedTime('Passes one value in this time.'),
  delta: described(step, 'Passes changes of this size or more, in the unit of the quantity.'),
  heartbeat: describedTime('Passes a value after this time, even if delta would hold it back.'),
  clamp: described(bounds, '[minimum, maximum]: values beyond are set to the bound.')
}

export const filterNames: readonly string[] = Object.keys(filters)

function unfit(input: unknown): string {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return withHint(
      `${showInput(input)} is not a filter`,
      'a filter is one key with its value, as in - median: 5'
    )
  const [key = '', more] = Object.keys(input).filter((one) => one !== OF)
  if (more !== undefined)
    return withHint(`${key} and ${more} stand in one filter`, 'begin each with its own -')
  return withHint(
    key === '' ? 'this filter is empty' : `"${key}" is not a known filter`,
    didYouMean(nearest(key, filterNames)) ?? `filters are ${filterNames.join(', ')}`
  )
}

/** The key beside a filter's own: the quantity it applies to, for sensors that measure several. */
const OF = 'of'

/**
 * One filter of a sensor. Its schema is chosen by the key, so that messages speak of that filter; without
 * one it is any of them, as documentation shows it.
 * @param quantities what the sensor measures; empty where that is not known
 */
export function filterSchema(quantities: readonly string[]) {
  const of = v.optional(
    v.pipe(
      v.string(),
      v.check(
        (name) => quantities.length === 0 || quantities.includes(name),
        (issue) =>
          withHint(
            `${showInput(issue.input)} is not measured by this sensor`,
            didYouMean(nearest(String(issue.input), quantities)) ?? `it measures ${quantities.join(', ')}`
          )
      ),
      v.description('The quantity it applies to; by default the first for filters in its unit, else all.')
    )
  )
  const schemas = {
    offset: options({ offset: filters.offset, of }),
    calibrate_linear: options({ calibrate_linear: filters.calibrate_linear, of }),
    median: options({ median: filters.median, of }),
    moving_average: options({ moving_average: filters.moving_average, of }),
    exponential_moving_average: options({
      exponential_moving_average: filters.exponential_moving_average,
      of
    }),
    throttle: options({ throttle: filters.throttle, of }),
    delta: options({ delta: filters.delta, of }),
    heartbeat: options({ heartbeat: filters.heartbeat, of }),
    clamp: options({ clamp: filters.clamp, of })
  }
  const unknownKind = v.union(Object.values(schemas), (issue) => unfit(issue.input))
  return v.lazy((input: unknown) => {
    const keys = typeof input === 'object' && input !== null ? Object.keys(input) : []
    const [key = '', more] = keys.filter((one) => one !== OF)
    return more === undefined && Object.hasOwn(schemas, key)
      ? schemas[key as keyof typeof schemas]
      : unknownKind
  })
}

export type FilterConfig = v.InferOutput<ReturnType<typeof filterSchema>>
