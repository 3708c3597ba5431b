import type { Clock } from '../clock.ts'
import type { I2cDevice } from './bus/i2c-device.ts'
import type { DeviceState } from './device-state.ts'
import type { Pins } from './gpio.ts'
import type { Sysfs } from './sysfs.ts'

/** One measured value as a driver hands it over; the unit is that of the quantity (reading/quantity.ts). */
export interface Measurement {
  readonly quantity: string
  /** Which of several of that quantity, `[a-z0-9]{1,8}`; absent where there is one. */
  readonly channel?: string
  readonly value: number | boolean
}

/** Why one of several values is not there while others are. */
export interface MissingMeasurement {
  readonly quantity: string
  readonly channel?: string
  readonly fault: Error
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
  /** @throws BusError, SensorError where there is no value at all */
  sample(signal: AbortSignal): Promise<readonly (Measurement | MissingMeasurement)[]>
  /**
   * Of a sensor that notices changes by itself: tells them between samples, until it is closed.
   * @param listener takes what changed, and when that was, by Clock.monotonic() in milliseconds
   */
  onChange?(listener: (changed: readonly Measurement[], at: number) => void): void
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
  /** Its own numbers, kept over restarts. */
  readonly state: DeviceState
}

/**
 * Whether a chip is of a type, as it told when asked: `sure` by an identity no other chip has, `maybe` where
 * it has none. `relative` names a chip that has told what it is, and is not of the type.
 */
export type MatchResult = 'sure' | 'maybe' | 'no' | { readonly relative: string }

/** How `kith devices scan` recognises a chip whose address may be another's (design: hardware, Scanning). */
export interface Identification {
  /** 1: an identity or serial number; 2: constant bits, or registers as after power-on; 3: its address alone. */
  readonly by: 1 | 2 | 3
  /** Where types of one address are asked alike, the lower one is asked first. */
  readonly turn?: number
  /** How a person tells where the chip does not. */
  readonly tell?: string
  /**
   * Asks nothing that harms any chip that may have the address; a chip that refuses is not of the type.
   * @throws BusError, SensorError
   */
  ask(device: I2cDevice, context: Pick<OpenContext, 'clock' | 'signal'>): Promise<MatchResult>
}

export interface I2cSensorDefinition extends CommonDefinition {
  readonly bus: 'i2c'
  /** Every address the chip can be strapped to; the first is the default. */
  readonly addresses: readonly number[]
  readonly identification?: Identification
  /** Probes (by identity register where there is one), configures, and hands over the sensor. */
  open(device: I2cDevice, options: Options, context: OpenContext): Promise<Sensor>
}

export interface GpioSensorDefinition extends CommonDefinition {
  readonly bus: 'gpio'
  /** The option `line` is always there. */
  open(pins: Pins, line: string, options: Options, context: OpenContext): Promise<Sensor>
}

/** Something that the kernel shows, and how it would be configured. */
export interface Discovery {
  /** A word for it, of which its name in the configuration is made: `cpu-thermal`. */
  readonly name: string
  /** For people: `lm75 at 0x4f on i2c-1: temp1`. */
  readonly about: string
  /** Those that are not as they are by default; undefined where it cannot be told from another. */
  readonly options: Options | undefined
  /** The chip's place by the kernel's name, where it is one on an I2C bus: `1-004f`. */
  readonly chip?: string
}

export interface FileSensorDefinition extends CommonDefinition {
  readonly bus: 'sysfs'
  /** The options that tell people where its values come from, as they are read: `lm75 1-0048 temp1`. */
  readonly place?: readonly string[]
  /** What is there to be measured. @throws SensorError */
  discover?(sysfs: Sysfs, context: Pick<OpenContext, 'clock' | 'signal'>): Promise<readonly Discovery[]>
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
