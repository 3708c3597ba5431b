import type { Clock } from '../clock.ts'
import type { OwnQuantity } from '../reading/quantity.ts'
import type { I2cDevice } from './bus/i2c-device.ts'
import type { DeviceState } from './device-state.ts'
import type { Pins } from './gpio.ts'
import type { Sysfs } from './sysfs.ts'

export type { OwnQuantity } from '../reading/quantity.ts'

/** One measured value; the unit is that of the quantity (reading/quantity.ts). */
export interface Measurement {
  readonly quantity: string
  /** Which of several of that quantity, `[a-z0-9]{1,8}`; absent where there is one. */
  readonly channel?: string
  readonly value: number | boolean
}

/** One of several values that is missing, and why. */
export interface MissingMeasurement {
  readonly quantity: string
  readonly channel?: string
  readonly fault: Error
}

/** What a device measures, known from its definition before it is opened. */
export interface Measure {
  readonly quantity: string
  readonly channel?: string
  /** Minimum and maximum value of its output, in the quantity's unit. */
  readonly range?: readonly [number, number]
  /** Typical error, plus or minus, in the quantity's unit, by the datasheet. */
  readonly accuracy?: number
  /**
   * Whether it is a running total, which the driver keeps in its state under the measure's name (`count`). After a
   * crash, state.get() has the larger of what was kept and the newest value of the node's history.
   */
  readonly total?: boolean
}

/** An opened sensor. A failed sample throws; it never returns a substitute value. */
export interface Sensor {
  /** @throws BusError, SensorError where no value could be measured */
  sample(signal: AbortSignal): Promise<readonly (Measurement | MissingMeasurement)[]>
  /**
   * Only of a sensor that detects changes: reports them between samples, until it is closed.
   * @param listener gets what changed, and Clock.monotonic() at the change, in milliseconds
   */
  onChange?(listener: (changed: readonly Measurement[], at: number) => void): void
  close(): Promise<void>
}

/** One option of a device in the configuration, as data from which schema, documentation and messages are made. */
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
  /** What it measures; a function where that depends on the options. */
  readonly measures: readonly Measure[] | ((options: Options) => readonly Measure[])
  readonly options: Readonly<Record<string, OptionDefinition>>
  /** Quantities that kith does not know: names, units, and the protocols that carry them. */
  readonly quantities?: readonly OwnQuantity[]
  /**
   * Whether the values of a sample come in one transfer, so that one that is impossible makes the others
   * suspect. Unless given: true on I2C, false elsewhere.
   */
  readonly together?: boolean
  /** Milliseconds; more frequent samples would give no new value or heat the chip. */
  readonly minimumInterval: number
}

/** What every driver gets besides its device, line or files. */
export interface OpenContext {
  readonly clock: Clock
  /** The sensor's name in the configuration, for messages. */
  readonly name: string
  readonly signal: AbortSignal
  /** Its numbers that are kept over restarts. */
  readonly state: DeviceState
}

/**
 * Whether a chip is of a type: `sure` by an identity that no other chip has, `maybe` where it has none.
 * `relative` names a look-alike: a chip that was recognised as another type.
 */
export type MatchResult = 'sure' | 'maybe' | 'no' | { readonly relative: string }

/** How `kith devices scan` recognises a chip whose address other types share. */
export interface Identification {
  /** 1: an identity or serial number; 2: constant bits, or registers as after power-on; 3: its address alone. */
  readonly by: 1 | 2 | 3
  /** Among types of one address and the same `by`, the lowest is asked first. */
  readonly turn?: number
  /** How a person recognises the type where the chip has no identity. */
  readonly tell?: string
  /**
   * Must send nothing that harms any other chip with the address; a chip that does not acknowledge is not of
   * the type.
   * @throws BusError, SensorError
   */
  ask(device: I2cDevice, context: Pick<OpenContext, 'clock' | 'signal'>): Promise<MatchResult>
}

export interface I2cSensorDefinition extends CommonDefinition {
  readonly bus: 'i2c'
  /** Every possible address; the first is the default. */
  readonly addresses: readonly number[]
  readonly identification?: Identification
  /** Checks the chip (by its identity register where it has one), configures it, and returns the sensor. */
  open(device: I2cDevice, options: Options, context: OpenContext): Promise<Sensor>
}

export interface GpioSensorDefinition extends CommonDefinition {
  readonly bus: 'gpio'
  /** The option `line` always exists. */
  open(pins: Pins, line: string, options: Options, context: OpenContext): Promise<Sensor>
}

/** A device that the kernel shows, and its configuration. */
export interface Discovery {
  /** A word from which its name in the configuration is made: `cpu-thermal`. */
  readonly name: string
  /** For people: `lm75 at 0x4f on i2c-1: temp1`. */
  readonly about: string
  /** Options that differ from their defaults; undefined where several such devices cannot be distinguished. */
  readonly options: Options | undefined
  /** The chip's place by the kernel's name, where it is one on an I2C bus: `1-004f`. */
  readonly chip?: string
}

export interface FileSensorDefinition extends CommonDefinition {
  readonly bus: 'sysfs'
  /** The options that show people the source of its values: `lm75 1-0048 temp1`. */
  readonly place?: readonly string[]
  /** Lists what can be measured. @throws SensorError */
  discover?(sysfs: Sysfs, context: Pick<OpenContext, 'clock' | 'signal'>): Promise<readonly Discovery[]>
  open(sysfs: Sysfs, options: Options, context: OpenContext): Promise<Sensor>
}

/** A sensor that uses no hardware of kith: an application's own (examples/). */
export interface PlainSensorDefinition extends CommonDefinition {
  readonly bus: 'none'
  open(options: Options, context: OpenContext): Promise<Sensor>
}

export type SensorDefinition =
  | I2cSensorDefinition
  | GpioSensorDefinition
  | FileSensorDefinition
  | PlainSensorDefinition
