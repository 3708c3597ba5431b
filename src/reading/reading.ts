import type { Position } from './run.ts'

/** Why there is no value: a code for programs and a sentence that names chip, address, bus. */
export interface Fault {
  /** `[a-z][a-z0-9-]{0,31}`: `no-acknowledge`. */
  readonly code: string
  /** At most 200 characters on the wire. */
  readonly text: string
}

/** Exactly one of a value and a fault: a failed sample is a fault, never a number, never silence. */
export type Outcome =
  | { readonly value: number | boolean; readonly fault?: undefined }
  | { readonly fault: Fault; readonly value?: undefined }

/** One outcome of a sensor, before it is given its place in a series. */
export type Sample = Outcome & {
  readonly device: string
  readonly quantity: string
  readonly channel?: string
  /** When it was taken, Clock.monotonic() in milliseconds. */
  readonly at: number
  /** Seconds between samples, as configured: stale after twice that. */
  readonly interval: number
}

/** 0 synchronised, 1 estimated, 2 unknown. */
export type TimeQuality = 0 | 1 | 2

/** One outcome with its position and time, as packs carry it. */
export type Reading = Outcome & {
  /** The whole series name, PeerId first. */
  readonly series: string
  readonly position: Position
  /** Unix seconds; null where the author's clock was unknown. */
  readonly time: number | null
  readonly quality: TimeQuality
  /** Bound of the time's error in seconds, where the author gives one. */
  readonly errorBound?: number
  /** Milliseconds since the author's run began, where given: orders and anchors times of unknown clocks. */
  readonly mono?: number
  /** The unit on the wire; null for none. */
  readonly unit: string | null
  /** Seconds between readings. */
  readonly interval: number
}
