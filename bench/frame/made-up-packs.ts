import { systemClock } from '../../src/clock.ts'
import type { Identity } from '../../src/peer/identity/identity.ts'
import { quantityTable } from '../../src/reading/quantity.ts'
import type { Reading } from '../../src/reading/reading.ts'
import type { Run } from '../../src/reading/run.ts'
import { createSigner } from '../../src/reading/signed/seal.ts'
import type { SealedReadings } from '../../src/reading/signed/sealed.ts'
import { createSealer, type Sealer } from '../../src/reading/signed/sealer.ts'

export const DEVICE = 'bench'
export const TOPIC = '/sensor/temp/v1'
/** Bytes of payload of a pack on that topic. */
const MAX_PAYLOAD = 1024

const quantities = quantityTable()

/** Signs readings of an imaginary sensor, faster than an author, which sends one pack a second. */
export class MadeUpPacks {
  readonly #peer: string
  readonly #run: Run
  readonly #sealer: Sealer
  readonly #runStarted = systemClock.monotonic()
  #next = 0

  /** @param run that of the node whose identity it is */
  constructor({ peer, seed }: Pick<Identity, 'peer' | 'seed'>, run: Run) {
    this.#peer = peer
    this.#run = run
    this.#sealer = createSealer(createSigner(seed), quantities)
  }

  /** One pack of so many readings, or of as many as fit. */
  make(max: number): SealedReadings {
    const readings = Array.from({ length: max }, (_, index) => this.#reading(this.#next + index))
    const pack = this.#sealer.pack(TOPIC, readings, { maxPayload: MAX_PAYLOAD })
    this.#next += pack.readings.length
    return pack
  }

  /** The next readings, as an author measures them. */
  readings(count: number): Reading[] {
    const readings = Array.from({ length: count }, (_, index) => this.#reading(this.#next + index))
    this.#next += count
    return readings
  }

  #reading(seq: number): Reading {
    return {
      series: `${this.#peer}/${DEVICE}/temperature`,
      position: { ...this.#run, seq },
      time: systemClock.now() / 1000,
      quality: 0,
      mono: Math.round(systemClock.monotonic() - this.#runStarted),
      unit: 'Cel',
      interval: 1,
      value: 20 + (seq % 160) / 16
    }
  }
}
