import type { Connection } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import { type CircuitNetwork, type CircuitUpgrader, directConnection } from '../circuit/components.ts'
import { endStream } from '../circuit/end-stream.ts'
import { Circuits } from './circuits.ts'
import { hopMessage } from './codec.ts'
import { MESSAGE_DEADLINE } from './constants.ts'
import { exchange } from './exchange.ts'
import type { RelayLimits } from './limits.ts'
import { protectConnection, type TaggingNetwork } from './protect-connection.ts'
import { HOP_PROTOCOL } from './protocols.ts'
import { ReservationKeeper, type ReservationState } from './reservation-keeper.ts'
import { RelayServer } from './server.ts'

export interface RelayComponents {
  readonly network: CircuitNetwork & TaggingNetwork
  readonly upgrader: CircuitUpgrader
  readonly clock: Clock
  readonly log: Log
  /** Uniform in [0, 1). */
  readonly random: () => number
}

export interface RelayInit {
  readonly limits: RelayLimits
  /** PeerIds of the relays at which this node reserves. */
  readonly relays: readonly string[]
  /** The direct connection to one of them, which is made where there is none. */
  readonly connect: (relay: string, signal: AbortSignal) => Promise<Connection>
  readonly labelOf: (peer: string) => string
  /** Whether circuits from this peer may end here. */
  readonly accepts: (peer: string) => boolean
  /** What this node does for others as a relay; undefined where it is none. */
  readonly server:
    | {
        readonly serves: (connection: Connection) => boolean
        readonly inBook: (peer: string) => boolean
        readonly sourceOf: (connection: Connection) => string | undefined
        readonly addressesFor: (connection: Connection) => readonly Uint8Array[]
      }
    | undefined
}

/** Relays: reservations at those of the configuration, circuits over those that are named, and a relay for others. */
export class Relay {
  readonly #components: RelayComponents
  readonly #relays: readonly string[]
  readonly #circuits: Circuits
  readonly #keepers: ReadonlyMap<string, ReservationKeeper>
  readonly #server: RelayServer | undefined
  readonly #counts: Record<string, number> = { reserved: 0, renewed: 0, failed: 0, lost: 0 }

  constructor(components: RelayComponents, init: RelayInit) {
    const { relays, limits, accepts } = init
    this.#components = components
    this.#relays = relays
    this.#circuits = new Circuits({
      ...components,
      limits,
      isOurRelay: (peer) => relays.includes(peer),
      accepts
    })
    this.#keepers = new Map(relays.map((relay) => [relay, this.#keeper(init, relay)]))
    this.#server = init.server && new RelayServer({ ...components, limits, ...init.server })
  }

  async start(): Promise<void> {
    await this.#circuits.start(this.#relays.length > 0)
    await this.#server?.start()
    for (const keeper of this.#keepers.values()) keeper.start()
  }

  async stop(): Promise<void> {
    for (const keeper of this.#keepers.values()) keeper.stop()
    await this.#server?.stop()
    await this.#circuits.stop()
  }

  /** Monotonic, except `ends`, `serve-circuits` and `serve-reservations` (of now). */
  get counters(): Readonly<Record<string, number>> {
    const served = Object.entries(this.#server?.counters ?? {})
    return {
      ...prefixed('reservation', Object.entries(this.#counts)),
      ...this.#circuits.counters,
      ...prefixed('serve', served)
    }
  }

  /** Of each relay of the configuration, by PeerId. */
  reservations(): ReadonlyMap<string, ReservationState> {
    return new Map([...this.#keepers].map(([relay, { state }]) => [relay, state]))
  }

  /**
   * A new connection to `peer` over a relay to which there is a direct connection.
   * @throws RelayRefused; NodeError 'no-relay', 'deadline', 'bad-frame', 'link-broken'; the signal's reason
   */
  async open(relay: string, peer: string, signal: AbortSignal): Promise<Connection> {
    const connection = directConnection(this.#components.network, relay)
    if (connection === undefined)
      throw new NodeError('no-relay', 'it is not connected directly', { remedy: 'retry' })
    return await this.#circuits.open(connection, peerIdFromString(peer), signal)
  }

  #keeper(init: RelayInit, relay: string): ReservationKeeper {
    return new ReservationKeeper({
      ...this.#components,
      limits: init.limits,
      label: () => init.labelOf(relay),
      connect: async (signal) => {
        // Before the connection: it may be the one that is too many. Each time: who is away long leaves the peer store.
        await protectConnection(this.#components.network, peerIdFromString(relay))
        return await init.connect(relay, signal)
      },
      reserve: (connection, signal) => this.#reserve(connection, signal),
      count: (event) => {
        this.#counts[event] = (this.#counts[event] ?? 0) + 1
      }
    })
  }

  async #reserve(connection: Connection, signal: AbortSignal): Promise<void> {
    const { clock } = this.#components
    const { stream } = await exchange(
      { connection, protocol: HOP_PROTOCOL, shape: hopMessage, clock, deadline: MESSAGE_DEADLINE },
      { type: 'reserve' },
      signal
    )
    endStream(stream, clock)
  }
}

function prefixed(prefix: string, counts: readonly (readonly [string, number])[]): Record<string, number> {
  return Object.fromEntries(counts.map(([name, count]) => [`${prefix}-${name}`, count]))
}
