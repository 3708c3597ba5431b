import type { Clock } from '../clock.ts'
import type { I2cDevice } from './bus/i2c-device.ts'
import type { Identification } from './sensor.ts'
import type { TimeSource } from './time-source.ts'

/** What the driver of a clock chip gets besides its device. */
export interface ClockContext {
  readonly clock: Clock
  /** Aborted when the source is no longer needed; opening and status() then reject. */
  readonly signal: AbortSignal
}

/** A real-time clock with a battery, defined as data like SensorDefinition. It is read, never set. */
export interface ClockDefinition {
  /** The word in the configuration: `ds3231`. */
  readonly type: string
  /** For people: `Maxim DS3231 real-time clock`. */
  readonly title: string
  readonly datasheet: { readonly id: string; readonly revision: string }
  readonly bus: 'i2c'
  /** Every address the chip can have; the first is the default. */
  readonly addresses: readonly number[]
  readonly identification?: Identification
  /**
   * Checks that there is a clock, and returns it as a time source. Its time is taken as UTC, with quality 1
   * and no error bound, because it is not known how well it was set; quality 2 if the oscillator has stopped.
   * @throws BusError, SensorError; so does status()
   */
  open(device: I2cDevice, context: ClockContext): Promise<TimeSource>
}
