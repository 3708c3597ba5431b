import type { Clock } from '../../clock.ts'
import { hash, noise, type Seed } from './random.ts'

/** Ambient quantities of the simulated chips, each in the unit of the quantity of that name (SenML units). */
export type AmbientQuantity =
  | 'temperature'
  | 'humidity'
  | 'pressure'
  | 'illuminance'
  | 'co2'
  | 'voltage'
  | 'current'

/** The ambient conditions of one chip. */
export interface AmbientConditions {
  /** @param at milliseconds since 1970; now unless given */
  value(quantity: AmbientQuantity, at?: number): number
}

/** The value at a time in milliseconds since 1970. */
export type Trace = (at: number) => number

/** A daily cycle, a slow change over hours (weather) and a fast one within a minute (unrest), clamped to bounds. */
export interface Course {
  readonly mean: number
  /** Half the difference between the day's extremes, and the hour (UTC) of the maximum. */
  readonly daily: number
  readonly peakHour: number
  readonly weather: number
  readonly unrest: number
  readonly min: number
  readonly max: number
}

/** A lived-in room in a temperate climate; its supply is a battery near 5 V. */
const COURSES: Readonly<Record<AmbientQuantity, Course>> = {
  temperature: { mean: 21, daily: 2, peakHour: 15, weather: 1.5, unrest: 0.05, min: -40, max: 85 },
  humidity: { mean: 48, daily: -5, peakHour: 15, weather: 8, unrest: 0.3, min: 0, max: 100 },
  pressure: {
    mean: 101_000,
    daily: 60,
    peakHour: 10,
    weather: 1500,
    unrest: 4,
    min: 87_000,
    max: 108_500
  },
  illuminance: { mean: 150, daily: 320, peakHour: 12, weather: 60, unrest: 3, min: 0, max: 54_000 },
  co2: {
    mean: 620e-6,
    daily: 150e-6,
    peakHour: 20,
    weather: 80e-6,
    unrest: 4e-6,
    min: 400e-6,
    max: 5e-3
  },
  voltage: { mean: 4.98, daily: 0.03, peakHour: 14, weather: 0.02, unrest: 0.004, min: 0, max: 5.5 },
  current: { mean: 0.42, daily: 0.08, peakHour: 19, weather: 0.05, unrest: 0.02, min: 0, max: 3 }
}

const HOUR = 3_600_000
const WEATHER_CHANGES = 9 * HOUR
const UNREST_CHANGES = 20_000

/**
 * The ambient conditions: each quantity is a pure, smooth function of seed and time, so that a run can be
 * repeated and evaluated at any time. A test or a scenario may give it another course.
 */
export class Ambient implements AmbientConditions {
  readonly #clock: Clock
  readonly #seed: Seed
  readonly #courses = new Map(Object.entries(COURSES) as [AmbientQuantity, Course][])
  readonly #traces = new Map<AmbientQuantity, Trace>()
  readonly #shifts = new Map<AmbientQuantity, Trace>()

  constructor(clock: Clock, seed: Seed) {
    this.#clock = clock
    this.#seed = seed
  }

  /** @param at milliseconds since 1970; now unless given */
  value(quantity: AmbientQuantity, at: number = this.#clock.now()): number {
    const trace = this.#traces.get(quantity)
    if (trace !== undefined) return trace(at)
    const course = this.#courses.get(quantity) ?? COURSES[quantity]
    const value = courseValue(quantity, course, this.#seed, at) + this.shift(quantity, at)
    return Math.min(course.max, Math.max(course.min, value))
  }

  /** The shift of the quantity from its own course. */
  shift(quantity: AmbientQuantity, at: number = this.#clock.now()): number {
    return this.#shifts.get(quantity)?.(at) ?? 0
  }

  /** From now on the quantity has this value. */
  hold(quantity: AmbientQuantity, value: number): void {
    this.follow(quantity, () => value)
  }

  /** From now on the quantity follows the trace, without bounds. */
  follow(quantity: AmbientQuantity, trace: Trace): void {
    this.#traces.set(quantity, trace)
  }

  /** From now on the quantity is shifted from its own course. */
  moveBy(quantity: AmbientQuantity, shift: Trace): void {
    this.#shifts.set(quantity, shift)
  }

  /** From now on its own course is another: another mean, another day. */
  change(quantity: AmbientQuantity, course: Partial<Course>): void {
    this.#courses.set(quantity, { ...(this.#courses.get(quantity) ?? COURSES[quantity]), ...course })
  }

  /** The quantity returns to its own course. */
  release(quantity: AmbientQuantity): void {
    this.#traces.delete(quantity)
    this.#shifts.delete(quantity)
  }
}

function courseValue(quantity: AmbientQuantity, course: Course, seed: Seed, at: number): number {
  const phase = hash(`${seed} ${quantity}`)
  return (
    course.mean +
    course.daily * Math.cos((2 * Math.PI * (at / HOUR - course.peakHour)) / 24) +
    course.weather * noise(phase, at / WEATHER_CHANGES) +
    course.unrest * noise(~phase, at / UNREST_CHANGES)
  )
}
