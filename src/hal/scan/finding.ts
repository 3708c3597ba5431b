import type { Options } from '../sensor.ts'

/** The configuration for something that was found. */
export interface Proposal {
  /** A sensor, or the clock of `time`. */
  readonly as: 'sensor' | 'rtc'
  readonly type: string
  /** Unique among the proposals of a scan. */
  readonly name: string
  readonly bus?: string
  readonly address?: number
  readonly options?: Options
}

/** Another type that a chip may be, and how a person distinguishes it. */
export interface Alternative {
  readonly type: string
  readonly tell?: string
}

/** One result of a scan. */
export interface Finding {
  /**
   * `sure`: a chip of a known type. `maybe`: probably of the type. `unknown`: something that answers.
   * `kernel`: an address that a kernel driver owns. `file`: a device that the kernel shows. `absent`: something that
   * is configured and was not found. `failed`: a bus or class that could not be scanned.
   */
  readonly kind: 'sure' | 'maybe' | 'unknown' | 'kernel' | 'file' | 'absent' | 'failed'
  /** `0x76 on i2c-1`, `thermal`, `i2c-1` */
  readonly place: string
  readonly type?: string
  /** A sentence for people: what it is, or why that is not known. */
  readonly reason: string
  readonly others?: readonly Alternative[]
  readonly proposal?: Proposal
  /** The name of the sensor that is configured for it already, or of a multiplexer's channels. */
  readonly configured?: string
  /** Why what is configured does not work with what was found. */
  readonly conflict?: string
}

/** A chip of a configured sensor, or the configured clock. */
export interface ConfiguredChip {
  readonly name: string
  readonly type: string
  readonly bus: string
  readonly address: number
}
