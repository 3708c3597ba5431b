import type { Level } from '../gpio.ts'
import type { AmbientQuantity, Course } from './ambient.ts'
import type { ChipFault } from './faults.ts'
import type { Imperfection } from './imperfect-conditions.ts'

/** Where a chip is. */
export interface ChipPlace {
  readonly bus: string
  readonly address: number
}

export type AmbientValues = Readonly<Partial<Record<AmbientQuantity, number>>>

/** A recorded value, and milliseconds since the first. */
export type TracePoint = readonly [at: number, value: number]

/** What an event does. */
export type ScenarioAction =
  /** The quantities move linearly to these values, over this many milliseconds. */
  | { readonly kind: 'ramp'; readonly to: AmbientValues; readonly over: number }
  /** They are shifted from their own course by this much. */
  | { readonly kind: 'shift'; readonly by: AmbientValues; readonly over: number }
  /** They return to their own course. */
  | { readonly kind: 'release'; readonly quantities: readonly AmbientQuantity[] }
  /** One follows a recorded trace, and stays at its last value. */
  | { readonly kind: 'replay'; readonly quantity: AmbientQuantity; readonly points: readonly TracePoint[] }
  | { readonly kind: 'fault'; readonly chip: ChipPlace; readonly fault: ChipFault }
  | { readonly kind: 'clear'; readonly chip: ChipPlace }
  | { readonly kind: 'brownout'; readonly chip: ChipPlace }
  | { readonly kind: 'hang'; readonly bus: string }
  | { readonly kind: 'unhang'; readonly bus: string }
  | { readonly kind: 'drive'; readonly line: string; readonly level: Level }

export interface ScenarioEvent {
  /** For people. */
  readonly about: string
  /** Milliseconds after the start, or into each day (UTC). */
  readonly when: { readonly after: number } | { readonly at: number }
  /** Period in milliseconds of a repeated event. */
  readonly every?: number
  readonly action: ScenarioAction
}

/** A scenario that a simulated world plays (docs/scenarios.md). */
export interface Scenario {
  readonly about: string
  /** Differences from the default day of a lived-in room. */
  readonly day: Readonly<Partial<Record<AmbientQuantity, Partial<Course>>>>
  readonly chips: readonly (ChipPlace & { readonly imperfection: Imperfection })[]
  readonly events: readonly ScenarioEvent[]
}
