import type { Connection, PeerId, Stream } from '@libp2p/interface'
import { type Clock, withDeadline } from '../../clock.ts'
import { isDirect } from '../../direct.ts'
import { ByteBudget } from '../circuit/byte-budget.ts'
import { Circuit } from '../circuit/circuit.ts'
import { type CircuitNetwork, directConnection } from '../circuit/components.ts'
import { endStream } from '../circuit/end-stream.ts'
import { failLate } from '../circuit/fail-late.ts'
import { type Holder, hasRoomForStranger } from '../circuit/room-for-stranger.ts'
import { hopMessage, type Limit, type RelayMessage, stopMessage } from './codec.ts'
import { MESSAGE_DEADLINE, STOP_DEADLINE, Status } from './constants.ts'
import { exchange, RelayRefused, readMessage, sendMessage } from './exchange.ts'
import type { RelayLimits } from './limits.ts'
import { protectConnection, type TaggingNetwork } from './protect-connection.ts'
import { HOP_PROTOCOL, STOP_PROTOCOL } from './protocols.ts'
import { ofStrangers, Reservations } from './reservations.ts'

export interface RelayServerInit {
  readonly network: CircuitNetwork & TaggingNetwork
  readonly clock: Clock
  readonly limits: RelayLimits
  /** Whether a peer may reserve here, and open circuits; asked again of the target of each circuit. */
  readonly serves: (connection: Connection) => boolean
  readonly inBook: (peer: string) => boolean
  /** The IP address of a peer, or the /64 of it; undefined in memory. */
  readonly sourceOf: (connection: Connection) => string | undefined
  /** Our multiaddrs that who reserves may learn; libp2p's own client makes its addresses of them. */
  readonly addressesFor: (connection: Connection) => readonly Uint8Array[]
}

/** That of one circuit, from the question of its opener on. */
interface Place extends Holder {
  readonly opener: string
  circuit?: Circuit
}

/**
 * Carries circuits for others, within bounds of bytes and time. Who is not served learns nothing, and who is served
 * learns of a target only whether a circuit stands: without a reservation, without a connection and refused by the
 * target are the same answer, which comes to those outside the book at the same time, too.
 */
export class RelayServer {
  readonly #init: RelayServerInit
  readonly #stopping = new AbortController()
  readonly #reservations: Reservations
  readonly #shared: ByteBudget
  /** Circuits by the stream of their opener, those that do not stand yet included. */
  readonly #circuits = new Map<Stream, Place>()
  readonly #counts: Record<string, number> = { carried: 0, bytes: 0 }

  constructor(init: RelayServerInit) {
    this.#init = init
    this.#reservations = new Reservations(init.clock, init.limits)
    // What waits its turn on one circuit is bounded by its window; the burst is one window.
    this.#shared = new ByteBudget({ perSecond: init.limits.totalRate, burst: init.limits.totalRate })
  }

  async start(): Promise<void> {
    const { network, limits } = this.#init
    network.addEventListener('peer:disconnect', this.#onDisconnect)
    await network.handle(HOP_PROTOCOL, this.#onStream, { maxInboundStreams: limits.circuitsPerPeer + 1 })
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the node stops'))
    this.#init.network.removeEventListener('peer:disconnect', this.#onDisconnect)
    for (const { circuit } of [...this.#circuits.values()]) circuit?.end(new Error('the node stops'))
    await this.#init.network.unhandle(HOP_PROTOCOL)
  }

  /** Monotonic, except `reservations` and `circuits` (of now). */
  get counters(): Readonly<Record<string, number>> {
    return { ...this.#counts, reservations: this.#reservations.size, circuits: this.#circuits.size }
  }

  readonly #onDisconnect = ({ detail }: CustomEvent<PeerId>): void => {
    this.#reservations.remove(detail.toString())
  }

  /** Never throws: libp2p handles no error of a stream handler (docs/network.md trap 9). */
  readonly #onStream = (stream: Stream, connection: Connection): void => {
    this.#answer(stream, connection).catch((error: unknown) => stream.abort(error as Error))
  }

  async #answer(stream: Stream, connection: Connection): Promise<void> {
    const { clock, serves } = this.#init
    const read = (limited: AbortSignal) => readMessage(stream, hopMessage, limited)
    const message = await withDeadline(clock, MESSAGE_DEADLINE, 'a client', read, this.#stopping.signal)
    if (!isDirect(connection) || !serves(connection)) this.#refuse(stream, Status.permissionDenied)
    else if (message.type === 'reserve') await this.#reserve(stream, connection)
    else if (message.type === 'connect') await this.#connect(stream, connection, message)
    else this.#refuse(stream, Status.unexpectedMessage)
  }

  async #reserve(stream: Stream, connection: Connection): Promise<void> {
    const { network, clock, limits, inBook, sourceOf, addressesFor } = this.#init
    const peer = connection.remotePeer.toString()
    if (!this.#reservations.put(peer, { inBook: inBook(peer), source: sourceOf(connection) })) {
      this.#refuse(stream, Status.reservationRefused)
      return
    }
    await protectConnection(network, connection.remotePeer, limits.lifetime)
    this.#count('reserved')
    sendMessage(stream, hopMessage, {
      type: 'status',
      status: Status.ok,
      reservation: {
        expire: Math.round((clock.now() + limits.lifetime) / 1000),
        addresses: addressesFor(connection)
      },
      limit: this.#limit
    })
    endStream(stream, this.#init.clock)
  }

  async #connect(stream: Stream, connection: Connection, { peer: target }: RelayMessage): Promise<void> {
    if (target === undefined) return this.#refuse(stream, Status.malformedMessage)
    const place: Place = { opener: connection.remotePeer.toString(), source: this.#init.sourceOf(connection) }
    if (!this.#hasRoomFor(place)) return this.#refuse(stream, Status.resourceLimit)
    // It holds its place as long as it waits for its answer: a second one does not tell what the first one met.
    this.#circuits.set(stream, place)
    const far = await this.#reach(stream, connection.remotePeer, target.toString()).catch(() => undefined)
    if (far === undefined || stream.status !== 'open') {
      this.#circuits.delete(stream)
      far?.abort(new Error('the opener is gone'))
      return this.#refuse(stream, Status.noReservation)
    }
    sendMessage(stream, hopMessage, { type: 'status', status: Status.ok, limit: this.#limit })
    place.circuit = this.#join(stream, far)
  }

  #hasRoomFor({ opener, source }: Place): boolean {
    const { inBook, limits } = this.#init
    const places = [...this.#circuits.values()]
    const ofPeer = places.filter((one) => one.opener === opener)
    if (places.length >= limits.circuits || ofPeer.length >= limits.circuitsPerPeer) return false
    if (inBook(opener)) return true
    const strangers = places.filter((one) => !inBook(one.opener))
    const bounds = { all: ofStrangers(limits.circuits), perAddress: limits.circuitsPerAddress }
    return hasRoomForStranger(strangers, { source }, bounds)
  }

  /** @returns the stream to a target that takes the circuit @throws where it does not, whyever */
  async #reach(near: Stream, opener: PeerId, target: string): Promise<Stream> {
    const { clock, inBook } = this.#init
    const gone = new AbortController()
    near.addEventListener('close', () => gone.abort(new Error('the opener is gone')), { once: true })
    const signal = AbortSignal.any([gone.signal, this.#stopping.signal])
    const stop = async (): Promise<Stream> => await this.#stop(this.#onward(target), opener, signal)
    return inBook(opener.toString()) ? await stop() : await failLate(clock, STOP_DEADLINE, signal, stop)
  }

  /** The connection to a target that may be reached. @throws where there is none */
  #onward(target: string): Connection {
    const { network, serves } = this.#init
    const connection = this.#reservations.has(target) ? directConnection(network, target) : undefined
    if (connection === undefined || !serves(connection)) throw new RelayRefused(Status.noReservation)
    return connection
  }

  async #stop(connection: Connection, opener: PeerId, signal: AbortSignal): Promise<Stream> {
    const { clock } = this.#init
    const { stream } = await exchange(
      { connection, protocol: STOP_PROTOCOL, shape: stopMessage, clock, deadline: STOP_DEADLINE },
      { type: 'connect', peer: opener, limit: this.#limit },
      signal
    )
    return stream
  }

  /** Both streams are held. */
  #join(near: Stream, far: Stream): Circuit {
    const { clock, limits } = this.#init
    const budget = (): ByteBudget => new ByteBudget({ perSecond: limits.rate, burst: limits.bytes })
    let left = limits.bytes
    const isOver = clock.after(limits.duration, () =>
      circuit.end(new Error('the time of the circuit is over'))
    )
    const circuit = new Circuit({
      near,
      far,
      outward: budget(),
      inward: budget(),
      shared: this.#shared,
      clock,
      onBytes: (count) => {
        this.#count('bytes', count)
        left -= count
        if (left < 0) circuit.end(new Error('the circuit has carried what it may'))
      },
      onClose: () => {
        isOver()
        this.#circuits.delete(near)
      }
    })
    this.#count('carried')
    return circuit
  }

  get #limit(): Limit {
    const { bytes, duration } = this.#init.limits
    return { bytes, seconds: Math.floor(duration / 1000) }
  }

  #refuse(stream: Stream, status: number): void {
    this.#count(`refused-${status}`)
    sendMessage(stream, hopMessage, { type: 'status', status })
    endStream(stream, this.#init.clock)
  }

  #count(name: string, by = 1): void {
    this.#counts[name] = (this.#counts[name] ?? 0) + by
  }
}
