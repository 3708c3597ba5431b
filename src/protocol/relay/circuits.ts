import type { Connection, ConnectionLimits, PeerId, Stream } from '@libp2p/interface'
import { type Clock, withDeadline } from '../../clock.ts'
import { isDirect } from '../../direct.ts'
import type { CircuitNetwork, CircuitUpgrader } from '../circuit/components.ts'
import { HANDSHAKE_DEADLINE } from '../circuit/constants.ts'
import { endStream } from '../circuit/end-stream.ts'
import { EndTable } from '../circuit/end-table.ts'
import { circuitAddress, StreamConnection } from '../circuit/stream-connection.ts'
import { allowanceOf } from './allowance.ts'
import { hopMessage, type Limit, stopMessage } from './codec.ts'
import { HOP_DEADLINE, MESSAGE_DEADLINE, Status } from './constants.ts'
import { exchange, readMessage, sendMessage } from './exchange.ts'
import type { RelayLimits } from './limits.ts'
import { HOP_PROTOCOL, STOP_PROTOCOL } from './protocols.ts'

export interface CircuitsInit {
  readonly network: CircuitNetwork
  readonly upgrader: CircuitUpgrader
  readonly clock: Clock
  readonly limits: Pick<RelayLimits, 'inbound' | 'inboundPerPeer'>
  /** Whether a peer is a relay of the configuration: of others no circuit is taken. */
  readonly isOurRelay: (peer: string) => boolean
  /** Whether circuits from this peer may end here. */
  readonly accepts: (peer: string) => boolean
}

interface LimitedCircuit {
  readonly stream: StreamConnection
  readonly limits: ConnectionLimits
}

/** The circuits over relays that end at this node, opened by it and by others. */
export class Circuits {
  readonly #init: CircuitsInit
  readonly #stopping = new AbortController()
  readonly #ends: EndTable
  /** Circuits that others opened, those that do not stand yet included: PeerIds of their openers. */
  readonly #inbound = new Map<Stream, string>()
  readonly #counts: Record<string, number> = { opened: 0, failed: 0, accepted: 0, 'refused-stop': 0 }

  constructor(init: CircuitsInit) {
    this.#init = init
    this.#ends = new EndTable(init.network, init.clock)
  }

  /** @param takes whether circuits of others may end here at all */
  async start(takes: boolean): Promise<void> {
    this.#ends.start()
    if (!takes) return
    const { network, limits } = this.#init
    await network.handle(STOP_PROTOCOL, this.#onStream, { maxInboundStreams: limits.inbound })
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the node stops'))
    this.#ends.stop()
    await this.#init.network.unhandle(STOP_PROTOCOL)
  }

  /** Monotonic, except `ends` (circuits that end here now). */
  get counters(): Readonly<Record<string, number>> {
    return { ...this.#counts, ends: this.#ends.size }
  }

  /**
   * A connection to `peer` over a relay.
   * @param relay the direct connection to it
   * @throws RelayRefused; NodeError 'deadline', 'bad-frame', 'link-broken'; what the handshake throws; the signal's reason
   */
  async open(relay: Connection, peer: PeerId, signal: AbortSignal): Promise<Connection> {
    const { clock, upgrader } = this.#init
    const both = AbortSignal.any([signal, this.#stopping.signal])
    try {
      const { stream, answer } = await exchange(
        { connection: relay, protocol: HOP_PROTOCOL, shape: hopMessage, clock, deadline: HOP_DEADLINE },
        { type: 'connect', peer },
        both
      )
      const circuit = this.#circuit(stream, relay, peer, answer.limit)
      const connection = await this.#secure(
        circuit,
        peer,
        (limited, limits) => upgrader.upgradeOutbound(circuit.stream, { limits, signal: limited }),
        both
      )
      this.#count('opened')
      this.#ends.replacedBy(connection)
      return connection
    } catch (error) {
      this.#count('failed')
      throw error
    }
  }

  /** Never throws: libp2p handles no error of a stream handler (docs/network.md trap 9). */
  readonly #onStream = (stream: Stream, connection: Connection): void => {
    this.#answer(stream, connection).catch((error: unknown) => stream.abort(error as Error))
  }

  /** A stranger that may open this would be a relay of ours by its own choice (docs/network.md trap 28). */
  async #answer(stream: Stream, connection: Connection): Promise<void> {
    const { clock, isOurRelay } = this.#init
    if (!isDirect(connection) || !isOurRelay(connection.remotePeer.toString())) {
      this.#count('refused-stop')
      throw new Error('it is not a relay of this node')
    }
    const read = (limited: AbortSignal) => readMessage(stream, stopMessage, limited)
    const message = await withDeadline(clock, MESSAGE_DEADLINE, 'a relay', read, this.#stopping.signal)
    const status = this.#statusOf(message)
    sendMessage(stream, stopMessage, { type: 'status', status })
    if (status !== Status.ok || message.peer === undefined) {
      this.#count('refused-circuit')
      endStream(stream, clock)
      return
    }
    await this.#take(stream, connection, message.peer, message.limit)
  }

  #statusOf({ type, peer }: { readonly type: string; readonly peer?: PeerId }): number {
    if (type !== 'connect') return Status.unexpectedMessage
    if (peer === undefined) return Status.malformedMessage
    const opener = peer.toString()
    if (!this.#init.accepts(opener)) return Status.permissionDenied
    const ofPeer = [...this.#inbound.values()].filter((other) => other === opener).length
    const { inbound, inboundPerPeer } = this.#init.limits
    return this.#inbound.size >= inbound || ofPeer >= inboundPerPeer ? Status.resourceLimit : Status.ok
  }

  async #take(stream: Stream, relay: Connection, opener: PeerId, limit: Limit | undefined): Promise<void> {
    this.#inbound.set(stream, opener.toString())
    stream.addEventListener('close', () => this.#inbound.delete(stream))
    const circuit = this.#circuit(stream, relay, opener, limit)
    const { upgrader } = this.#init
    await this.#secure(
      circuit,
      opener,
      (signal, limits) => upgrader.upgradeInbound(circuit.stream, { limits, signal }),
      this.#stopping.signal
    )
    this.#count('accepted')
  }

  #circuit(stream: Stream, relay: Connection, peer: PeerId, limit: Limit | undefined): LimitedCircuit {
    const hop = relay.remotePeer.toString()
    const address = circuitAddress(hop, peer.toString())
    const connection = new StreamConnection(stream, address)
    const bytes = (): number => connection.bytes
    this.#ends.expect(address, { path: [hop], openedByUs: stream.direction === 'outbound', bytes })
    return { stream: connection, limits: allowanceOf(limit, this.#init.clock, bytes) }
  }

  async #secure<T>(
    { stream, limits }: LimitedCircuit,
    peer: PeerId,
    upgrade: (signal: AbortSignal, allowance: ConnectionLimits) => Promise<T>,
    signal: AbortSignal
  ): Promise<T> {
    const { clock } = this.#init
    const work = (limited: AbortSignal): Promise<T> => upgrade(limited, limits)
    try {
      return await withDeadline(clock, HANDSHAKE_DEADLINE, `the handshake with ${peer}`, work, signal)
    } catch (error) {
      stream.abort(error as Error)
      throw error
    }
  }

  #count(name: string): void {
    this.#counts[name] = (this.#counts[name] ?? 0) + 1
  }
}
