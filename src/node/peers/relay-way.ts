import type { Connection } from '@libp2p/interface'
import { describeError } from '../../error.ts'
import { AllReported, type Report, type Way } from '../../peer/dialing/way.ts'

export interface RelayWayInit {
  /** Multiaddrs of the relays of a peer, as the book names them; each ends in /p2p/ and the relay's PeerId. */
  readonly relaysOf: (peer: string) => readonly string[]
  /** A circuit over a relay, which is dialled where it is not connected. `report` gets what failed on the way to it. */
  readonly open: (relay: string, peer: string, signal: AbortSignal, report: Report) => Promise<Connection>
  /** Whether a relay says with this error that the other end cannot be reached over it. */
  readonly hasNoReservation: (error: unknown) => boolean
  readonly labelOf: (peer: string) => string
}

/** Reaches a peer over the relays that the book names for it, one after the other. */
export class RelayWay implements Way {
  readonly name = 'relay'
  /** What costs nobody else anything is tried before (docs/network.md). */
  readonly startsAfter = 1_000
  readonly #init: RelayWayInit

  constructor(init: RelayWayInit) {
    this.#init = init
  }

  /** @throws AllReported; the signal's reason */
  async dial(peer: string, signal: AbortSignal, report: Report): Promise<Connection> {
    const { relaysOf, open, labelOf } = this.#init
    for (const relay of relaysOf(peer)) {
      const label = `relay ${labelOf(peerOf(relay))}`
      try {
        return await open(relay, peer, signal, (line) => report(`${label}: ${line}`))
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof AllReported)) report(`${label}: ${this.#reasonOf(error, peer)}`)
      }
    }
    throw new AllReported()
  }

  /** Another circuit over the same relay. @throws where the connection leads over none, or it refuses */
  async renew(spent: Connection, signal: AbortSignal): Promise<Connection> {
    const peer = spent.remotePeer.toString()
    const hop = /\/p2p\/([^/]+)\/p2p-circuit/.exec(spent.remoteAddr.toString())?.[1]
    const relay = this.#init.relaysOf(peer).find((one) => peerOf(one) === hop)
    if (relay === undefined) throw new Error('it leads over no relay of the book')
    return await this.#init.open(relay, peer, signal, () => {})
  }

  #reasonOf(error: unknown, peer: string): string {
    const { hasNoReservation, labelOf } = this.#init
    return hasNoReservation(error) ? `${labelOf(peer)} has no reservation there` : describeError(error)
  }
}

/** The PeerId that a relay's address ends in. */
export function peerOf(relay: string): string {
  return relay.slice(relay.lastIndexOf('/') + 1)
}
