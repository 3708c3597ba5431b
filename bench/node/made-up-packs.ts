import { systemClock } from '../../src/clock.ts'
import type { RunningNode } from '../../src/node/run-node.ts'
import type { Identity } from '../../src/peer/identity/identity.ts'
import { quantityTable } from '../../src/reading/quantity.ts'
import type { Reading } from '../../src/reading/reading.ts'
import { createSigner } from '../../src/reading/signed/seal.ts'
import type { SealedReadings } from '../../src/reading/signed/sealed.ts'
import { createSealer, type Sealer } from '../../src/reading/signed/sealer.ts'

export const DEVICE = 'bench'
export const TOPIC = '/sensor/temp/v1'
/** Bytes of payload of a pack on that topic. */
const MAX_PAYLOAD = 1024

/** Signs readings of an imaginary sensor, faster than an author, which sends one pack a second. */
export class MadeUpPacks {
  readonly #node: RunningNode
  readonly #sealer: Sealer
  #next = 0

  constructor(node: RunningNode, identity: Identity) {
    this.#node = node
    this.#sealer = createSealer(createSigner(identity.seed), quantityTable())
  }

  /** One pack of so many readings, or of as many as fit. */
  make(max: number): SealedReadings {
    const readings = Array.from({ length: max }, (_, index) => this.#reading(this.#next + index))
    const pack = this.#sealer.pack(TOPIC, readings, { maxPayload: MAX_PAYLOAD })
    this.#next += pack.readings.length
    return pack
  }

  /** As the author of the node publishes. */
  publish(pack: SealedReadings): void {
    this.#node.assembled.publishing.publisher.publish(pack, 'everyone')
  }

  #reading(seq: number): Reading {
    const author = this.#node.assembled.sensing.author()
    return {
      series: `${this.#node.peer}/${DEVICE}/temperature`,
      position: { ...author.run, seq },
      time: systemClock.now() / 1000,
      quality: 0,
      mono: Math.round(systemClock.monotonic() - author.runStarted),
      unit: 'Cel',
      interval: 1,
      value: 20 + (seq % 160) / 16
    }
  }
}
