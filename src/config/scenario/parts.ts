import { resolve } from 'node:path'
import * as v from 'valibot'
import type { AmbientQuantity } from '../../hal/simulated/ambient.ts'
import type { ChipFault } from '../../hal/simulated/faults.ts'
import type { ChipPlace, TracePoint } from '../../hal/simulated/scenario.ts'
import type { SensorConfig } from '../devices/sensors.ts'
import { didYouMean, number, options, showInput, text, withHint } from '../options/kinds.ts'
import { nearest } from '../options/nearest.ts'
import { readTrace } from './trace-file.ts'

/** Beyond any quantity in its unit (pressure in Pa goes furthest). */
const FAR = 1e9

export const ambientQuantities = [
  'temperature',
  'humidity',
  'pressure',
  'illuminance',
  'co2',
  'voltage',
  'current'
] as const satisfies readonly AmbientQuantity[]

export const chipFaults = [
  'no-acknowledge-address',
  'no-acknowledge-data',
  'bad-crc',
  'stuck-high',
  'stuck-low',
  'garbage',
  'never-ready',
  'unplugged'
] as const satisfies readonly ChipFault[]

export interface ScenarioConditions {
  /** What sensors are called, and where they are. */
  readonly sensors: readonly SensorConfig[]
  /** Recordings are relative to it. */
  readonly folder: string
}

/** Any value of a quantity, in its unit. */
export const anywhere = number(-FAR, FAR)
export const positive = number(0, FAR)
/** A map of quantities, each with such a value. */
export function perQuantity<const Value extends v.GenericSchema>(value: Value) {
  const entry = v.exactOptional(value)
  return options({
    temperature: entry,
    humidity: entry,
    pressure: entry,
    illuminance: entry,
    co2: entry,
    voltage: entry,
    current: entry
  })
}

/** `10:03`, as milliseconds into the day. */
export const timeOfDay = v.pipe(
  text(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/, 'a time of day as in 10:03 or 22:30:15'),
  v.transform((written) => {
    const [hours = 0, minutes = 0, seconds = 0] = written.split(':').map(Number)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000
  })
)

/** A chip by its sensor's name, or as `0x76 on i2c-1`. */
export function chip(sensors: readonly SensorConfig[]) {
  const byName = new Map(
    sensors.flatMap((sensor) => (sensor.bus === undefined ? [] : [[sensor.name, sensor] as const]))
  )
  return v.pipe(
    text(/./, 'a sensor'),
    v.rawTransform(({ dataset, addIssue, NEVER }): ChipPlace => {
      const [, address, there] = /^(0x[0-9a-f]{2}) on (\S+)$/.exec(dataset.value) ?? []
      if (there !== undefined) return { bus: there, address: Number(address) }
      const named = byName.get(dataset.value)
      if (named !== undefined) return { bus: named.bus, address: named.address }
      const known = byName.size === 0 ? 'none is configured' : `there is ${[...byName.keys()].join(', ')}`
      addIssue({
        message: withHint(
          `${showInput(dataset.value)} is neither a sensor on a bus nor as in 0x76 on i2c-1`,
          didYouMean(nearest(dataset.value, byName.keys())) ?? known
        )
      })
      return NEVER
    })
  )
}

/** A GPIO line, by its sensor's name or its own. */
export function line(sensors: readonly SensorConfig[]) {
  return v.pipe(
    text(/^\S{1,64}$/, 'a line as in GPIO17'),
    v.transform((given) => sensors.find((sensor) => sensor.name === given)?.line ?? given)
  )
}

export function recording(folder: string) {
  return v.pipe(
    text(/^[^\0]{1,255}$/, 'a file as in cellar.csv'),
    v.rawTransform(({ dataset, addIssue, NEVER }): readonly TracePoint[] => {
      try {
        return readTrace(resolve(folder, dataset.value))
      } catch (error) {
        addIssue({ message: `${dataset.value} ${error instanceof Error ? error.message : error}` })
        return NEVER
      }
    })
  )
}
