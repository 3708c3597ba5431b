import type { Clock } from '../../../clock.ts'
import type { BusErrorKind } from '../../i2c.ts'
import type { AmbientConditions } from '../ambient.ts'
import type { SeededRandom } from '../random.ts'

/** What a model of a chip or of kernel files is given of its world. */
export interface ModelEnvironment {
  readonly clock: Clock
  readonly ambient: AmbientConditions
  readonly random: SeededRandom
}

/**
 * A chip as the bus sees it: bytes after the address. A model keeps its state by the clock, computed when
 * it is asked; it starts no timers.
 */
export interface ChipModel {
  /** Takes the bytes of one write; none is a probe. @throws NotAcknowledged */
  write(bytes: Uint8Array): void
  /** Gives exactly `count` bytes. @throws NotAcknowledged */
  read(count: number): Uint8Array
}

/** Makes a chip as it is after power-on; called again whenever the simulated chip loses its power. */
export type ChipModelFactory = (environment: ModelEnvironment) => ChipModel

/** Thrown by a model that lets the acknowledge bit high: busy at its address, or refusing a data byte. */
export class NotAcknowledged extends Error {
  readonly kind: BusErrorKind

  constructor(at: 'address' | 'data') {
    super(`not acknowledged at ${at}`)
    this.name = 'NotAcknowledged'
    this.kind = `no-acknowledge-${at}`
  }
}
