import type { CataloguePublisher, Gossip } from '../../protocol/gossip/index.ts'
import type { Audience } from '../../reading/author/author.ts'
import type { OwnHistory } from '../../reading/history/history.ts'
import type { ReadingHub } from '../../reading/hub/reading-hub.ts'
import type { Reading } from '../../reading/reading.ts'
import type { SealedReadings } from '../../reading/signed/sealed.ts'

export interface PublisherInit {
  readonly hub: Pick<ReadingHub, 'add'>
  readonly history: OwnHistory
  readonly catalogue: Pick<CataloguePublisher, 'changed' | 'newRun'>
  readonly gossip: Pick<Gossip, 'publish'>
}

/** Takes signed packs of this node to the hub, the catalogue and gossip, in this order. */
export class Publisher {
  readonly #init: PublisherInit
  /** `ok` or the fault of each series, as the catalogue has it. */
  readonly #states = new Map<string, string>()

  constructor(init: PublisherInit) {
    this.#init = init
  }

  /**
   * The history that the author writes to, before it packs and signs: the beginning of a run is published in
   * the catalogue too.
   */
  get history(): OwnHistory {
    const { history, catalogue } = this.#init
    return {
      beginRun(run, anchor) {
        history.beginRun(run, anchor)
        catalogue.newRun()
      },
      anchor: (run, anchor) => history.anchor(run, anchor),
      appendOwn: (readings) => history.appendOwn(readings)
    }
  }

  /** Packs of private series are not published: peers of the book ask for them. */
  publish(pack: SealedReadings, audience: Audience): void {
    const { hub, catalogue, gossip } = this.#init
    hub.add(pack, 'own')
    if (this.#isNewState(pack.readings)) catalogue.changed()
    if (audience === 'everyone') gossip.publish(pack.topic, pack.bytes)
  }

  /** Whether a series is new, has failed or has recovered. */
  #isNewState(readings: readonly Reading[]): boolean {
    let isNew = false
    for (const { series, fault } of readings) {
      const state = fault?.code ?? 'ok'
      isNew ||= this.#states.get(series) !== state
      this.#states.set(series, state)
    }
    return isNew
  }
}
