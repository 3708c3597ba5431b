import type { Sample } from '../../reading.ts'

/** One filter as in the configuration: one key, durations in milliseconds; `of`: the quantity it applies to. */
export type FilterConfig = { readonly of?: string | undefined } & (
  | { readonly offset: number }
  | { readonly calibrate_linear: readonly (readonly [measured: number, actual: number])[] }
  | { readonly clamp: readonly [min: number, max: number] }
  | { readonly median: number }
  | { readonly moving_average: number }
  | { readonly exponential_moving_average: number }
  | { readonly throttle: number }
  | { readonly delta: number }
  | { readonly heartbeat: number }
)

/** Takes the samples of a sampler on their way to the author. */
export interface Filter {
  /** @returns undefined where the sample is held back */
  next(sample: Sample): Sample | undefined
}

/** A number on its way through the stages of a chain. */
export interface Passing {
  readonly value: number
  /** Clock.monotonic(), milliseconds. */
  readonly at: number
  /** Seconds between the samples that leave. */
  readonly interval: number
  /** Whether a stage so far holds it back; a later one may let it pass all the same. */
  readonly held: boolean
}

/** One filter at work on one series. */
export interface Stage {
  next(passing: Passing): Passing
  /** Called with what left the chain. */
  left?(passing: Passing): void
  /** A fault passed: remembered values belong to the time before it. */
  reset?(): void
}
