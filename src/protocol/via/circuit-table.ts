import type { Circuit } from '../circuit/circuit.ts'
import { type Holder, hasRoomForStranger } from '../circuit/room-for-stranger.ts'
import { QUIET_AFTER } from './constants.ts'

export interface CircuitTableLimits {
  readonly circuits: number
  readonly circuitsOfStrangers: number
  readonly circuitsPerAddress: number
}

/** Who asked for a circuit. */
export interface Asker extends Holder {
  readonly inBook: boolean
}

/** The place of one circuit at a hop, held from the open frame until both streams are closed. */
export interface Place extends Asker {
  /** Clock.monotonic() when it was taken, or carried bytes last. */
  usedAt: number
  /** Undefined until it stands. */
  circuit: Pick<Circuit, 'end' | 'held'> | undefined
}

/** The circuits that a hop carries, those that do not stand yet included. */
export class CircuitTable {
  readonly #limits: CircuitTableLimits
  readonly #places = new Set<Place>()

  constructor(limits: CircuitTableLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#places.size
  }

  /** Bytes of the memory that waiting bytes take. */
  get held(): number {
    let held = 0
    for (const { circuit } of this.#places) held += circuit?.held ?? 0
    return held
  }

  /** A place; where the hop is full, one of the book gets that of the circuit quiet for longest, if it was for five minutes. */
  take(asker: Asker, now: number): Place | undefined {
    const { inBook, source } = asker
    if (!inBook && !this.#hasRoomForStranger(asker)) return undefined
    const isFull = this.#places.size >= this.#limits.circuits
    if (isFull && !(inBook && this.#endQuietest(now))) return undefined
    const place: Place = { inBook, source, usedAt: now, circuit: undefined }
    this.#places.add(place)
    return place
  }

  give(place: Place): void {
    this.#places.delete(place)
  }

  endAll(error: Error): void {
    for (const place of [...this.#places]) place.circuit?.end(error)
  }

  #hasRoomForStranger(asker: Asker): boolean {
    const { circuits, circuitsOfStrangers, circuitsPerAddress } = this.#limits
    const strangers = [...this.#places].filter((place) => !place.inBook)
    const all = Math.min(circuitsOfStrangers, Math.floor(circuits / 4))
    return hasRoomForStranger(strangers, asker, { all, perAddress: circuitsPerAddress })
  }

  #endQuietest(now: number): boolean {
    let quietest: Place | undefined
    for (const place of this.#places)
      if (place.circuit !== undefined && (quietest === undefined || place.usedAt < quietest.usedAt))
        quietest = place
    if (quietest === undefined || now - quietest.usedAt < QUIET_AFTER) return false
    quietest.circuit?.end(new Error('the circuit was quiet and its place is wanted'))
    this.#places.delete(quietest)
    return true
  }
}
