import type { Options } from '../sensor.ts'

/** What would be written into the configuration for something found. */
export interface Proposal {
  /** Where: a sensor, or the clock of `time`. */
  readonly as: 'sensor' | 'rtc'
  readonly type: string
  /** Unique among the proposals of a scan. */
  readonly name: string
  readonly bus?: string
  readonly address?: number
  readonly options?: Options
}

/** Another type that a chip may be, and how a person tells. */
export interface Alternative {
  readonly type: string
  readonly tell?: string
}

/** One thing that a scan found, or could not do. */
export interface Finding {
  /**
   * `sure`: a chip that told its type. `maybe`: one of a type, as far as can be asked. `unknown`: something that
   * answers. `kernel`: an address that a driver of the kernel owns. `file`: something that the kernel shows.
   * `failed`: what could not be looked at.
   */
  readonly kind: 'sure' | 'maybe' | 'unknown' | 'kernel' | 'file' | 'failed'
  /** `0x76 on i2c-1`, `thermal`, `i2c-1` */
  readonly place: string
  readonly type?: string
  /** A sentence for a person: what it is, or why nobody knows. */
  readonly reason: string
  readonly others?: readonly Alternative[]
  readonly proposal?: Proposal
  /** The name of the sensor that is configured for it already. */
  readonly configured?: string
}
