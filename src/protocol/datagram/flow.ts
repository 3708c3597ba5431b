import { NodeError } from '../../error.ts'
import { MIN_MAX_PAYLOAD } from './constants.ts'
import type { RoundTrip } from './path/round-trip.ts'
import { resumeName } from './resume-name.ts'

export type Carrier = 'udp' | 'stream'

/** Milliseconds for which the side that did not open the flow sends by what carried the peer's last datagram. */
const FOLLOW_PEER = 5000

/**
 * By how many carriers a datagram goes: `single`, by the one in use; `fallback`, by both while UDP is suspected;
 * `duplicate`, by both wherever each may work. Except for `single` the peer may receive it twice.
 */
export type Redundancy = 'single' | 'fallback' | 'duplicate'

/**
 * Why a flow ended: `closed` here or by the peer, `refused` by the peer, `lost` with its
 * connection where no other one carried it on, `stopped` with this node, `replaced` by a newer session: of the same
 * peer, or of one of the book where this one is a stranger and no place is left.
 */
export type EndReason = 'closed' | 'closed-by-peer' | 'refused' | 'lost' | 'stopped' | 'replaced'

/** Takes one datagram; the bytes are its own to keep. */
export type Receive = (bytes: Uint8Array, flow: DatagramFlow) => void

/**
 * Datagrams of one protocol to and from one peer: unreliable, unordered, encrypted, authenticated. It takes the best
 * connection with the peer, and goes on over another one where that breaks.
 */
export interface DatagramFlow {
  /** PeerId as text. */
  readonly peer: string
  /** The address its connection comes from now; undefined over a relay. */
  readonly host: string | undefined
  /** No relay between now. */
  readonly direct: boolean
  /** The ProtocolName both sides agreed on. */
  readonly protocol: string
  /** The largest payload send() takes now, in bytes; 256 before the peer has answered, then up to 1168. */
  readonly maxSize: number
  /** The carrier of the next datagram. */
  readonly carrier: Carrier
  /** The carrier of the datagram received last; undefined before the first. */
  readonly heardBy: Carrier | undefined
  /** Undefined while the flow lives. */
  readonly ended: EndReason | undefined
  /** Round trip of the peer; a protocol that measures one may add a sample. */
  readonly roundTrip: RoundTrip
  /**
   * Sends without waiting.
   * @returns whether it left; false where rate, relay or system forbid it just now, or the flow has ended
   * @throws NodeError 'datagram-too-big' over maxSize
   */
  send(bytes: Uint8Array, redundancy?: Redundancy): boolean
  /** An expected answer stayed away: the stream is used until UDP has been validated again. */
  suspect(): void
  /** Calls `ended` once, also when the flow has ended already. */
  onEnd(ended: (reason: EndReason) => void): void
  /** Calls `changed` when another carrier takes over: `stream` means that the path was lost. */
  onCarrier(changed: (carrier: Carrier) => void): void
  /** Ends the flow with a CLOSE. */
  close(): void
}

/** What a flow needs of its session. */
export interface FlowCarrier {
  readonly peer: string
  readonly host: string | undefined
  readonly direct: boolean
  readonly maxPayload: number | undefined
  readonly roundTrip: RoundTrip
  carrierOf(flow: Flow): Carrier
  send(flow: Flow, bytes: Uint8Array, redundancy: Redundancy): boolean
  /** Called with what a listener of the flow threw. */
  onError(error: unknown, protocol: string): void
  suspect(): void
  /** Takes it out and ends it; a peer that has it, or is asked for it, is told. */
  closeFlow(flow: Flow, reason: EndReason): void
}

/** `pending`: the peer has not answered the OPEN. */
export type FlowState = 'pending' | 'open' | 'ended'

export class Flow implements DatagramFlow {
  id = 0
  /** Names it on every session that carries it, from the first on which it was open. */
  key: string | undefined
  /** Why it ends if a session that it is moved to does not take it. */
  fallback: EndReason = 'refused'
  readonly #offered: readonly string[]
  state: FlowState = 'pending'
  receive: Receive
  heardBy: Carrier | undefined
  /** The carrier the peer chose last, and when on the monotonic clock. */
  #chosen: Carrier | undefined
  #chosenAt = Number.NEGATIVE_INFINITY
  #session: FlowCarrier
  #protocol: string
  #ended: EndReason | undefined
  readonly #onOpen: (() => void)[] = []
  readonly #onEnd: ((reason: EndReason) => void)[] = []
  readonly #onCarrier: ((carrier: Carrier) => void)[] = []

  constructor(session: FlowCarrier, names: readonly string[], receive: Receive) {
    this.#session = session
    this.#offered = names
    this.receive = receive
    this.#protocol = names[0] ?? ''
  }

  get peer(): string {
    return this.#session.peer
  }

  /** Offered to the peer; one of them is the protocol once the flow is open. */
  get names(): readonly string[] {
    return this.key === undefined ? this.#offered : [resumeName(this.key)]
  }

  get host(): string | undefined {
    return this.#session.host
  }

  get direct(): boolean {
    return this.#session.direct
  }

  get protocol(): string {
    return this.#protocol
  }

  get maxSize(): number {
    return this.#session.maxPayload ?? MIN_MAX_PAYLOAD
  }

  get carrier(): Carrier {
    return this.#session.carrierOf(this)
  }

  get ended(): EndReason | undefined {
    return this.#ended
  }

  get roundTrip(): RoundTrip {
    return this.#session.roundTrip
  }

  /** Datagrams may leave before the peer has agreed only where it cannot choose another protocol. */
  get sendable(): boolean {
    return this.state === 'open' || (this.state === 'pending' && this.id !== 0 && this.names.length === 1)
  }

  send(bytes: Uint8Array, redundancy: Redundancy = 'single'): boolean {
    if (bytes.length > this.maxSize) {
      throw new NodeError(
        'datagram-too-big',
        `datagram of ${bytes.length} bytes for ${this.protocol}: ${this.maxSize} fit`,
        {
          hint: 'datagrams are not fragmented: send less at once, or use a stream'
        }
      )
    }
    return this.#session.send(this, bytes, redundancy)
  }

  suspect(): void {
    this.#session.suspect()
  }

  onEnd(ended: (reason: EndReason) => void): void {
    if (this.#ended === undefined) this.#onEnd.push(ended)
    else ended(this.#ended)
  }

  onCarrier(changed: (carrier: Carrier) => void): void {
    this.#onCarrier.push(changed)
  }

  close(): void {
    if (this.#ended === undefined) this.#session.closeFlow(this, 'closed')
  }

  /** The peer has closed it on a session that carried it before. */
  closedBefore(): void {
    if (this.#ended === undefined) this.#session.closeFlow(this, 'closed-by-peer')
  }

  /**
   * A datagram of the peer arrived. A first one by stream may have been sent before the peer had our OPEN_OK:
   * it is no choice.
   * @returns whether the peer avoids UDP
   */
  heard(carrier: Carrier, now: number): boolean {
    const chosen = carrier === 'udp' || this.heardBy !== undefined
    this.heardBy = carrier
    if (!chosen) return false
    this.#chosen = carrier
    this.#chosenAt = now
    return carrier === 'stream'
  }

  /**
   * The carrier the peer chose within the last 5 s. The side that did not open the flow answers by it, because the
   * other may not arrive.
   */
  lastPeerCarrier(now: number): Carrier | undefined {
    return now - this.#chosenAt <= FOLLOW_PEER ? this.#chosen : undefined
  }

  /** Resolves when the peer agrees. @throws NodeError 'datagram-refused', 'datagram-lost' */
  agreed(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.state === 'open') return resolve()
      this.#onOpen.push(resolve)
      this.onEnd((reason) => reject(endedBeforeOpen(this, reason)))
    })
  }

  /** @param key where it is open for the first time */
  opened(protocol: string, key: string): void {
    if (this.key === undefined) {
      this.#protocol = protocol
      this.key = key
    }
    this.state = 'open'
    for (const resolve of this.#onOpen.splice(0)) resolve()
  }

  end(reason: EndReason): void {
    if (this.#ended !== undefined) return
    this.#ended = reason
    this.state = 'ended'
    for (const ended of this.#onEnd.splice(0)) this.#guarded(() => ended(reason))
  }

  carrierChanged(carrier: Carrier): void {
    for (const changed of this.#onCarrier) this.#guarded(() => changed(carrier))
  }

  /** A listener that throws must not stop the session or the other flows. */
  #guarded(notify: () => void): void {
    try {
      notify()
    } catch (error) {
      this.#session.onError(error, this.#protocol)
    }
  }

  /** Continues in another session of the same peer, where it is opened anew. */
  moveTo(session: FlowCarrier): void {
    this.#session = session
    this.id = 0
    this.state = 'pending'
    // What came by the path before is no choice of the peer for this one.
    this.heardBy = undefined
    this.#chosen = undefined
  }
}

function endedBeforeOpen(flow: Flow, reason: EndReason): NodeError {
  if (reason === 'refused') {
    return new NodeError('datagram-refused', `${flow.peer} takes no datagrams of ${flow.names.join(', ')}`, {
      hint: 'use a stream: the other side opens no datagrams of this protocol'
    })
  }
  return new NodeError(
    'datagram-lost',
    `the way to ${flow.peer} was ${reason} before it took ${flow.protocol}`,
    {
      remedy: 'retry'
    }
  )
}
