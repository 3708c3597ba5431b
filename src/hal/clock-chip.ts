import type { Clock } from '../clock.ts'
import type { I2cDevice } from './bus/i2c-device.ts'
import type { Identification } from './sensor.ts'
import type { TimeSource } from './time-source.ts'

/** What the driver of a clock chip is given besides its way to the hardware. */
export interface ClockContext {
  readonly clock: Clock
  /** Aborted when the source is needed no more: opening it, and questions under way, then end. */
  readonly signal: AbortSignal
}

/** A real-time clock with a battery, as data: what SensorDefinition is for sensors. It is read, never set. */
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
   * Looks whether there is a clock, and hands over the source. Its time is believed as UTC, with quality 1
   * and no bound: nobody knows how well it was set; it is unknown where the oscillator has ever stopped.
   * @throws BusError, SensorError; so does status()
   */
  open(device: I2cDevice, context: ClockContext): Promise<TimeSource>
}
