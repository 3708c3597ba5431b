import type { Clock } from '../../clock.ts'
import type { AmbientConditions, AmbientQuantity } from './ambient.ts'
import { SeededRandom } from './random.ts'

/** Deviations of a chip from a perfect one; each in the unit of the quantity. */
export interface Imperfection {
  /** Standard deviation of the white, normally distributed noise of every value. */
  readonly noise?: Readonly<Partial<Record<AmbientQuantity, number>>>
  /** Drift per day since the imperfection began. */
  readonly drift?: Readonly<Partial<Record<AmbientQuantity, number>>>
  /** °C by which each transfer warms the chip; it cools with a time constant of 30 s. */
  readonly selfHeating?: number
}

const DAY = 86_400_000
const COOLING = 30_000

/** The ambient conditions as one chip measures them. */
export class ImperfectConditions implements AmbientConditions {
  readonly #clock: Clock
  readonly #world: AmbientConditions
  readonly #imperfection: () => { readonly since: number; readonly what: Imperfection } | undefined
  readonly #random: SeededRandom
  #warmth = 0
  #warmedAt = 0

  /** @param name seed of the noise: every chip has its own */
  constructor(
    name: string,
    clock: Clock,
    world: AmbientConditions,
    imperfection: () => { readonly since: number; readonly what: Imperfection } | undefined
  ) {
    this.#clock = clock
    this.#world = world
    this.#imperfection = imperfection
    this.#random = new SeededRandom(name)
  }

  /** A transfer takes place. */
  warm(): void {
    const warmth = this.#imperfection()?.what.selfHeating ?? 0
    if (warmth === 0 && this.#warmth === 0) return
    const now = this.#clock.now()
    this.#warmth = this.#warmthAt(now) + warmth
    this.#warmedAt = now
  }

  value(quantity: AmbientQuantity, at: number = this.#clock.now()): number {
    const value = this.#world.value(quantity, at)
    const imperfection = this.#imperfection()
    if (imperfection === undefined) return value
    const { since, what } = imperfection
    const drift = ((what.drift?.[quantity] ?? 0) * Math.max(0, at - since)) / DAY
    const noise = what.noise?.[quantity]
    const warmth = quantity === 'temperature' ? this.#warmthAt(at) : 0
    return value + drift + warmth + (noise === undefined ? 0 : noise * this.#normal())
  }

  #warmthAt(at: number): number {
    return this.#warmth * Math.exp(-Math.max(0, at - this.#warmedAt) / COOLING)
  }

  /** Normally distributed around 0 with deviation 1 (Box and Muller). */
  #normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.#random.next()))
    return radius * Math.cos(2 * Math.PI * this.#random.next())
  }
}
