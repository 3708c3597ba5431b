import type { Clock } from '../clock.ts'
import type { Pins } from './gpio.ts'
import type { I2cDevice } from './i2c-device.ts'
import type { Sysfs } from './sysfs.ts'

/** One measured value as a driver hands it over; the unit is that of the quantity (reading/quantity.ts). */
export interface Measurement {
  readonly quantity: string
  /** Which of several of that quantity, `[a-z0-9]{1,8}`; absent where there is one. */
  readonly channel?: string
  readonly value: number | boolean
}

/** What a device measures, as its definition tells it before anything was opened. */
export interface Measure {
  readonly quantity: string
  readonly channel?: string
  /** Least and greatest value the device can tell, in the quantity's unit. */
  readonly range?: readonly [number, number]
  /** Typical error, plus or minus, in the quantity's unit, by the datasheet. */
  readonly accuracy?: number
}

/** An opened sensor. A failed sample throws; it is never a number. */
export interface Sensor {
  /** @throws BusError, SensorError */
  sample(signal: AbortSignal): Promise<readonly Measurement[]>
  close(): Promise<void>
}

/** One option of a device in the configuration, as data: config/ makes the schema, docs and messages of it. */
export type OptionDefinition =
  | {
      readonly kind: 'number'
      readonly default: number
      readonly min: number
      readonly max: number
      readonly unit?: string
      readonly integer?: boolean
      readonly about: string
    }
  | {
      readonly kind: 'choice'
      readonly default: string | number
      readonly choices: readonly (string | number)[]
      readonly about: string
    }
  | { readonly kind: 'boolean'; readonly default: boolean; readonly about: string }
  | { readonly kind: 'text'; readonly default?: string; readonly pattern?: RegExp; readonly about: string }
  /** Text with a unit in the configuration (`250ms`), milliseconds here. */
  | {
      readonly kind: 'duration'
      readonly default: number
      readonly min: number
      readonly max: number
      readonly about: string
    }

/** Checked options with their defaults filled in. */
export type Options = Readonly<Record<string, string | number | boolean>>

interface CommonDefinition {
  /** The word in the configuration: `bme280`. */
  readonly type: string
  /** For people: `Bosch BME280 temperature, humidity and pressure`. */
  readonly title: string
  readonly datasheet: { readonly id: string; readonly revision: string }
  /** What it measures; where that depends on the options, a function of them. */
  readonly measures: readonly Measure[] | ((options: Options) => readonly Measure[])
  readonly options: Readonly<Record<string, OptionDefinition>>
  /** Milliseconds: sampling more often makes no sense or heats the chip. */
  readonly minimumInterval: number
}

/** What every driver is given besides its way to the hardware. */
export interface OpenContext {
  readonly clock: Clock
  /** The sensor's name in the configuration, for messages. */
  readonly name: string
  readonly signal: AbortSignal
}

export interface I2cSensorDefinition extends CommonDefinition {
  readonly bus: 'i2c'
  /** Every address the chip can be strapped to; the first is the default. */
  readonly addresses: readonly number[]
  /** Probes (by identity register where there is one), configures, and hands over the sensor. */
  open(device: I2cDevice, options: Options, context: OpenContext): Promise<Sensor>
}

export interface GpioSensorDefinition extends CommonDefinition {
  readonly bus: 'gpio'
  /** The option `line` is always there. */
  open(pins: Pins, line: string, options: Options, context: OpenContext): Promise<Sensor>
}

export interface FileSensorDefinition extends CommonDefinition {
  readonly bus: 'sysfs'
  open(sysfs: Sysfs, options: Options, context: OpenContext): Promise<Sensor>
}

/** A sensor that needs nothing of the machine: an application's own (examples/). */
export interface PlainSensorDefinition extends CommonDefinition {
  readonly bus: 'none'
  open(options: Options, context: OpenContext): Promise<Sensor>
}

export type SensorDefinition =
  | I2cSensorDefinition
  | GpioSensorDefinition
  | FileSensorDefinition
  | PlainSensorDefinition
