import type { Connection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { BoundedMap } from '../../bounded-map.ts'
import { type Cancel, type Clock, every } from '../../clock.ts'
import { isDirect } from '../../direct.ts'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'

/** Milliseconds until a peer is asked again that did not answer: the other side may not have us in its book. */
const RETRY = 300_000
/** Exchanges of one look; the next look goes on with the others. */
const MAX_EXCHANGES = 8

export interface TellAnewInit {
  readonly clock: Clock
  readonly log: Log
  /** Milliseconds between two looks. */
  readonly check: number
  /** Peers of which it is remembered what they were told. */
  readonly capacity: number
  readonly connections: () => readonly Connection[]
  readonly isKnown: (peer: string) => boolean
  readonly own: () => readonly Multiaddr[]
  readonly exchange: (connection: Connection) => Promise<unknown>
}

interface Told {
  readonly addresses: string
  /** Clock.monotonic() from which it may be asked again; undefined where it was told. */
  readonly retryAt: number | undefined
}

/** Finds connected peers of the book that do not know where this node is now: it moved, or they came into the book. */
export class TellAnew {
  readonly #init: TellAnewInit
  readonly #told: BoundedMap<string, Told>
  #cancel: Cancel = () => {}
  #isBusy = false

  constructor(init: TellAnewInit) {
    this.#init = init
    this.#told = new BoundedMap(init.capacity)
  }

  start(): void {
    const { clock, check, log } = this.#init
    this.#cancel = every(clock, check, () => {
      if (this.#isBusy) return
      this.#isBusy = true
      this.#look()
        .catch((error: unknown) => log.error(`addresses: ${describeError(error)}`))
        .finally(() => {
          this.#isBusy = false
        })
    })
  }

  stop(): void {
    this.#cancel()
  }

  /** The peer has been told that this node is there; it may have moved meanwhile. */
  told(peer: string, sent: readonly Multiaddr[]): void {
    this.#told.set(peer, { addresses: textOf(sent), retryAt: undefined })
  }

  async #look(): Promise<void> {
    const { clock, connections, exchange, log } = this.#init
    const open = connections().filter(({ status }) => status === 'open')
    const byPeer = new Map<string, Connection>()
    for (const connection of open.toSorted((one, other) => Number(isDirect(one)) - Number(isDirect(other))))
      byPeer.set(connection.remotePeer.toString(), connection)
    if (byPeer.size === 0) return
    const addresses = textOf(this.#init.own())
    const due = [...byPeer].filter(([peer]) => this.#isDue(peer, addresses))
    for (const [peer, connection] of due.slice(0, MAX_EXCHANGES)) {
      // Before: whoever does not answer is not asked in the next look.
      this.#told.set(peer, { addresses, retryAt: clock.monotonic() + RETRY })
      await exchange(connection).catch((error: unknown) =>
        log.debug(`addresses of ${peer}: ${describeError(error)}`)
      )
    }
  }

  #isDue(peer: string, addresses: string): boolean {
    const { clock, isKnown } = this.#init
    const told = this.#told.get(peer)
    if (told?.addresses === addresses && clock.monotonic() < (told.retryAt ?? Number.POSITIVE_INFINITY))
      return false
    return isKnown(peer)
  }
}

function textOf(addresses: readonly Multiaddr[]): string {
  return addresses.map(String).toSorted().join(' ')
}
