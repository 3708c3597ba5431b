import type { Replicator } from '../../protocol/replication/index.ts'
import type { ReadingHub } from '../../reading/hub/reading-hub.ts'
import type { ReceivedBy, SealedReadings } from '../../reading/signed/sealed.ts'

export interface ReadingIntakeInit {
  readonly hub: Pick<ReadingHub, 'add'>
  readonly replicator: Pick<Replicator, 'take' | 'heard'>
}

/**
 * Takes verified packs and blocks of other nodes, whatever carried them.
 *
 * The hub counts each position once and writes what brings new ones of stored authors to history, as a whole. A block
 * that brings none goes to the replicator: it replaces in history the packs that it covers all the same. So does a pack
 * that was asked for: it may be the seal of readings whose seals are lost. Our own readings enter history on another
 * way, by the author and before they are signed, so that a crash costs no reading whose position was used.
 */
export class ReadingIntake {
  readonly #init: ReadingIntakeInit

  constructor(init: ReadingIntakeInit) {
    this.#init = init
  }

  receive(sealed: SealedReadings, receivedBy: ReceivedBy): void {
    const { hub, replicator } = this.#init
    const fresh = hub.add(sealed, receivedBy)
    if (receivedBy === 'gossip') replicator.heard(sealed.author)
    const isKept = sealed.kind === 'block' ? fresh.length > 0 : fresh.length === sealed.readings.length
    if (!isKept && (sealed.kind === 'block' || receivedBy === 'history')) replicator.take(sealed)
  }
}
