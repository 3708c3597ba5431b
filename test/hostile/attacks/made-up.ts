import { randomBytes } from 'node:crypto'
import { RPC } from '@libp2p/gossipsub/message'
import type { Stream } from '@libp2p/interface'
import { systemClock } from '../../../src/clock.ts'
import { prefixed } from '../../../src/protocol/frame-splitter.ts'
import { META_TOPIC } from '../../../src/protocol/protocol-registry.ts'
import { encodeCatalogue } from '../../../src/reading/signed/catalogue-write.ts'
import { createSigner, type Signer, seal } from '../../../src/reading/signed/seal.ts'
import { encodePack } from '../../support/packs.ts'

const TOPIC = '/sensor/temp/v1'
/** Series of a catalogue of some 16 KB. */
const SERIES = 64

/** An author who does not exist: a new key, and one run. */
export class MadeUpAuthor {
  readonly #signer: Signer = createSigner(randomBytes(32))
  readonly #run = { epoch: Math.floor(systemClock.now() / 1000), boot: randomBytes(8).toString('hex') }
  #next = 0

  get peer(): string {
    return this.#signer.peer
  }

  /** A sealed pack of one reading that is new. */
  pack(): Uint8Array {
    const seq = this.#next++
    const reading = {
      series: `${this.peer}/air/temperature`,
      position: { ...this.#run, seq },
      time: systemClock.now() / 1000,
      quality: 0,
      mono: 1000 * seq,
      unit: 'Cel',
      interval: 1,
      value: 20 + (seq % 16)
    } as const
    return seal('pack', encodePack([reading]), this.#signer)
  }

  /** A sealed catalogue; with a size, of so many series with long texts. */
  catalogue(name: string, purposes: readonly string[], series = SERIES): Uint8Array {
    const payload = encodeCatalogue({
      ...this.#run,
      revision: 0,
      name,
      purposes,
      version: '0.1.0',
      mono: 1000,
      series: Array.from({ length: series }, (_, i) => ({
        name: `${this.peer}/d${i}/temperature`,
        protocols: [TOPIC],
        unit: 'Cel',
        interval: 1,
        chip: 'x'.repeat(80),
        state: 'ok'
      })),
      runs: []
    })
    return seal('meta', payload, this.#signer)
  }
}

/** Publishes messages of one topic in one RPC. */
export function publish(stream: Stream, topic: string, messages: readonly Uint8Array[]): void {
  const rpc = { subscriptions: [], messages: messages.map((data) => ({ topic, data })) }
  stream.send(prefixed(RPC.encode(rpc)))
}

export { META_TOPIC, TOPIC }
