import type { Clock } from '../../clock.ts'
import { hash, noise, type Seed } from './random.ts'

/** What surrounds the simulated chips, each in the unit of the quantity of that name (SenML units). */
export type AmbientQuantity =
  | 'temperature'
  | 'humidity'
  | 'pressure'
  | 'illuminance'
  | 'co2'
  | 'voltage'
  | 'current'

/** A daily cycle, the weather of the hours, and the unrest of the minute, kept within bounds. */
interface Course {
  readonly mean: number
  /** Half the difference between the day's extremes, and the hour (UTC) of the greatest value. */
  readonly daily: number
  readonly peakHour: number
  readonly weather: number
  readonly unrest: number
  readonly least: number
  readonly greatest: number
}

/** A lived-in room in a temperate climate; its supply is a battery near 5 V. */
const COURSES: Readonly<Record<AmbientQuantity, Course>> = {
  temperature: { mean: 21, daily: 2, peakHour: 15, weather: 1.5, unrest: 0.05, least: -40, greatest: 85 },
  humidity: { mean: 48, daily: -5, peakHour: 15, weather: 8, unrest: 0.3, least: 0, greatest: 100 },
  pressure: {
    mean: 101_000,
    daily: 60,
    peakHour: 10,
    weather: 1500,
    unrest: 4,
    least: 87_000,
    greatest: 108_500
  },
  illuminance: { mean: 150, daily: 320, peakHour: 12, weather: 60, unrest: 3, least: 0, greatest: 54_000 },
  co2: {
    mean: 620e-6,
    daily: 150e-6,
    peakHour: 20,
    weather: 80e-6,
    unrest: 4e-6,
    least: 400e-6,
    greatest: 5e-3
  },
  voltage: { mean: 4.98, daily: 0.03, peakHour: 14, weather: 0.02, unrest: 0.004, least: 0, greatest: 5.5 },
  current: { mean: 0.42, daily: 0.08, peakHour: 19, weather: 0.05, unrest: 0.02, least: 0, greatest: 3 }
}

const HOUR = 3_600_000
const WEATHER_CHANGES = 9 * HOUR
const UNREST_CHANGES = 20_000

/**
 * The world around the chips: each quantity a pure, smooth function of seed and time, so that a run can
 * be repeated and any moment of it asked for. A quantity may be held at a value by a test or a person.
 */
export class Ambient {
  #clock: Clock
  #seed: Seed
  #held = new Map<AmbientQuantity, number>()

  constructor(clock: Clock, seed: Seed) {
    this.#clock = clock
    this.#seed = seed
  }

  /** @param at milliseconds since 1970; now unless given */
  value(quantity: AmbientQuantity, at: number = this.#clock.now()): number {
    return this.#held.get(quantity) ?? courseValue(quantity, this.#seed, at)
  }

  /** From now on the quantity has this value. */
  hold(quantity: AmbientQuantity, value: number): void {
    this.#held.set(quantity, value)
  }

  /** The quantity takes its own course again. */
  release(quantity: AmbientQuantity): void {
    this.#held.delete(quantity)
  }
}

function courseValue(quantity: AmbientQuantity, seed: Seed, at: number): number {
  const course = COURSES[quantity]
  const phase = hash(`${seed} ${quantity}`)
  const value =
    course.mean +
    course.daily * Math.cos((2 * Math.PI * (at / HOUR - course.peakHour)) / 24) +
    course.weather * noise(phase, at / WEATHER_CHANGES) +
    course.unrest * noise(~phase, at / UNREST_CHANGES)
  return Math.min(course.greatest, Math.max(course.least, value))
}
