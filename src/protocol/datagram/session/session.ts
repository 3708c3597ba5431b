import type { Cancel } from '../../../clock.ts'
import { isNodeError } from '../../../error.ts'
import { CarrierSelector } from '../carrier/selector.ts'
import { StreamCarrier, type Untaken } from '../carrier/stream.ts'
import { UdpCarrier } from '../carrier/udp.ts'
import type { SessionComponents } from '../components.ts'
import { SECRET_BYTES } from '../constants.ts'
import { decodeFrame, encodeGreeting, type Frame, type GreetingFrame } from '../control/frame.ts'
import type { ControlStream } from '../control/stream.ts'
import { type Carrier, type EndReason, Flow, type FlowCarrier, type Redundancy } from '../flow.ts'
import { deriveKeys } from '../packet/key-schedule.ts'
import type { ReceiveKey } from '../packet/receive-key.ts'
import { RoundTrip } from '../path/round-trip.ts'
import { SendRate } from '../path/send-rate.ts'
import { flowKey } from '../resume-name.ts'
import { FlowTable, type ReleasedFlows } from './flow-table.ts'
import { InboundDispatch } from './inbound-dispatch.ts'

/** Milliseconds for which a session hands on what was on its way when another one took its place. */
const RETIRED = 1_000
/** Milliseconds between two calls of SessionEvents.used. */
const TELL_USED = 1_000

/** Frames that matter on a retired session. */
const STRAGGLERS: readonly Frame['type'][] = ['data', 'close']

export interface SessionEvents {
  /** The peer answered; not called where the peer opened the stream. */
  readonly established: (session: Session) => void
  /** The stream broke: end() or retire() follows. */
  readonly lost: (session: Session) => void
  /** It carries nothing any more; a retired one still hands on what is on its way. */
  readonly ended: (session: Session) => void
  /** It has given back all that it held. */
  readonly closed: (session: Session) => void
  /** A session over others than the two peers is used; called once a second at most. */
  readonly used: (session: Session) => void
}

type Greeting = { readonly own: GreetingFrame; readonly key: ReceiveKey }

/**
 * The datagrams of one peer over one control stream. The opener of the stream is the initiator (I), the
 * other side the responder (R).
 */
export class Session implements FlowCarrier {
  readonly peer: string
  readonly initiator: boolean
  readonly roundTrip: RoundTrip
  readonly flows: FlowTable
  readonly beganAt: number
  /** Last time a flow was used; the session unused for longest is ended when the table is full. */
  usedAt: number
  #toldUsedAt: number
  readonly #components: SessionComponents
  readonly #stream: ControlStream
  readonly #events: SessionEvents
  readonly #udp: UdpCarrier
  readonly #dispatch: InboundDispatch
  readonly #rate: SendRate
  readonly #selector: CarrierSelector
  readonly #untaken: () => Untaken[]
  readonly #greeting: Greeting
  #peerMaxPayload: number | undefined
  #cids: readonly [Buffer, Buffer] | undefined
  /** Of the time until the peer must answer, then of that as a retired session. */
  #cancelTimer: Cancel = () => {}
  #ended = false
  #closed = false

  /** @param hello the peer's HELLO, where the peer opened the stream */
  constructor(
    components: SessionComponents,
    stream: ControlStream,
    events: SessionEvents,
    hello?: GreetingFrame
  ) {
    const { clock, counters, limits } = components
    this.peer = stream.facts.peer
    this.initiator = hello === undefined
    this.roundTrip = new RoundTrip(() => stream.facts.roundTrip())
    this.#components = components
    this.#stream = stream
    this.#events = events
    this.beganAt = clock.monotonic()
    this.usedAt = this.beganAt
    this.#toldUsedAt = this.beganAt
    const streamCarrier = new StreamCarrier(stream, limits, counters)
    this.#untaken = () => streamCarrier.drain()
    this.#rate = new SendRate(limits, stream.facts.onLink, this.roundTrip)
    this.#udp = new UdpCarrier({
      components,
      facts: stream.facts,
      initiator: this.initiator,
      roundTrip: this.roundTrip,
      control: (frame) => stream.send(frame),
      deliver: (flow, payload, now) => this.#dispatch.byPacket(flow, payload, now),
      changed: (carrier) => this.#carrierChanged(carrier),
      failed: () => this.end('lost')
    })
    this.flows = new FlowTable({
      initiator: this.initiator,
      limits,
      counters,
      send: (frame) => stream.send(frame),
      accept: (names) => this.#accept(names),
      resume: (key) => {
        const flow = components.resume(this.peer, key)
        flow?.moveTo(this)
        return flow
      },
      keyOf: (id) => (this.#cids === undefined ? '' : flowKey(this.#cids, id))
    })
    this.#selector = new CarrierSelector({
      udp: this.#udp,
      stream: streamCarrier,
      isOwn: ({ id }) => this.flows.isOwn(id)
    })
    this.#dispatch = new InboundDispatch({
      components,
      flows: this.flows,
      used: (now) => this.#used(now),
      onPeerPrefersStream: (now) => this.#udp.onPeerPrefersStream(now),
      onError: (error, protocol) => this.onError(error, protocol)
    })
    stream.listen({
      frame: (bytes) => this.#frame(bytes),
      drain: () => streamCarrier.flush(clock.monotonic()),
      ended: (error) => {
        const isFault = isNodeError(error, 'bad-frame')
        if (isFault) counters.drop('bad-frame')
        if (this.#ended) this.close()
        else if (isFault || !this.established) this.end('lost')
        else events.lost(this)
      }
    })
    this.#greeting = this.#greet()
    if (hello === undefined) this.#awaitAccept()
    else this.#agree(hello, this.#greeting.own)
  }

  /** The control stream. */
  get stream(): ControlStream {
    return this.#stream
  }

  get established(): boolean {
    return this.#peerMaxPayload !== undefined
  }

  get ended(): boolean {
    return this.#ended
  }

  get host(): string | undefined {
    return this.#stream.facts.remote?.host
  }

  get direct(): boolean {
    return this.#stream.facts.direct
  }

  get maxPayload(): number | undefined {
    return this.#peerMaxPayload
  }

  get carrier(): Carrier {
    return this.#udp.usable(this.now) ? 'udp' : 'stream'
  }

  get now(): number {
    return this.#components.clock.monotonic()
  }

  carrierOf(flow: Flow): Carrier {
    return this.#selector.carrierOf(flow, this.now)
  }

  send(flow: Flow, bytes: Uint8Array, redundancy: Redundancy): boolean {
    if (!flow.sendable) return this.#dropped('not-open')
    const now = this.now
    if (!this.#rate.take(now)) return this.#dropped('rate')
    this.#used(now)
    return this.#selector.send(flow, bytes, redundancy, now)
  }

  #used(now: number): void {
    this.usedAt = now
    if (this.direct || this.#ended || now - this.#toldUsedAt < TELL_USED) return
    this.#toldUsedAt = now
    this.#events.used(this)
  }

  suspect(): void {
    this.#udp.suspect()
  }

  onError(error: unknown, protocol: string): void {
    this.#components.counters.drop('receiver')
    this.#components.onError(error, protocol)
  }

  closeFlow(flow: Flow, reason: EndReason): void {
    this.flows.close(flow, reason)
  }

  /** Ends the session on this side, drops its keys and resets the stream. */
  end(reason: EndReason): void {
    if (this.#ended) return
    // Without it the peer would wait for us on another connection.
    if (reason === 'stopped') this.flows.announceEnd()
    this.#ended = true
    this.close()
    this.flows.endAll(reason)
    this.#events.ended(this)
  }

  /**
   * Ends for another session of the same peer. What is on its way here is still handed on for a second, or until close().
   * @returns its flows, alive, and what the stream did not take
   */
  retire(): ReleasedFlows & { readonly untaken: readonly Untaken[] } {
    if (this.carrier === 'udp') this.#carrierChanged('stream')
    this.#ended = true
    this.#cancelTimer()
    this.#cancelTimer = this.#components.clock.after(RETIRED, () => this.close())
    const flows = this.flows.release()
    this.#events.ended(this)
    return { ...flows, untaken: this.#untaken() }
  }

  /** Drops the keys and resets the stream. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#cancelTimer()
    this.#udp.close()
    this.#stream.reset()
    this.#events.closed(this)
  }

  /** Opens here the flows of a session that the peer had not answered. */
  adopt(flows: readonly Flow[]): void {
    for (const flow of flows) {
      flow.moveTo(this)
      this.flows.add(flow)
    }
  }

  #greet(): Greeting {
    const { limits, random } = this.#components
    const key = this.#udp.keys.reserve()
    const own = encodeGreeting(this.initiator ? 'hello' : 'accept', {
      secret: Buffer.from(random(SECRET_BYTES)),
      cid: key.cid,
      udpPort: this.#udp.ownPort,
      maxPayload: limits.maxPayload
    })
    this.#stream.send(own.bytes)
    return { own, key }
  }

  #awaitAccept(): void {
    const { clock, limits } = this.#components
    this.#cancelTimer = clock.after(limits.handshakeTimeout, () => this.end('lost'))
  }

  /** Both greetings are known: derives the keys and notes the peer's limits. */
  #agree(hello: GreetingFrame, accept: GreetingFrame): void {
    const peers = this.initiator ? accept : hello
    const self = this.#components.self
    const peer = this.#stream.facts.peerMultihash
    const secrets = deriveKeys({
      initiator: this.initiator ? self : peer,
      responder: this.initiator ? peer : self,
      first: hello.bytes,
      second: accept.bytes,
      initiatorSecret: hello.secret,
      responderSecret: accept.secret
    })
    this.#cids = [hello.cid, accept.cid]
    this.#peerMaxPayload = peers.maxPayload
    this.#udp.agreed(this.#greeting.key, secrets, peers.cid, peers.udpPort)
  }

  #accept(names: readonly string[]): { flow: Flow; index: number } | undefined {
    const index = names.findIndex((name) => this.#components.handler(name) !== undefined)
    const name = names[index]
    const accept = name === undefined ? undefined : this.#components.handler(name)
    if (name === undefined || accept === undefined) return undefined
    const flow = new Flow(this, [name], () => {})
    try {
      const receive = accept(flow)
      if (receive === undefined || flow.ended !== undefined) return undefined
      flow.receive = receive
      return { flow, index }
    } catch (error) {
      this.onError(error, name)
      return undefined
    }
  }

  #frame(bytes: Buffer): void {
    const frame = decodeFrame(bytes)
    if (frame !== undefined && this.#inOrder(frame)) return
    this.#components.counters.drop('bad-frame')
    if (this.#ended) this.close()
    else this.end('lost')
  }

  /** @returns false for a frame that may not come now */
  #inOrder(frame: Frame): boolean {
    if (frame.type === 'accept') return this.#onAccept(frame)
    if (!this.established) return false
    if (this.#ended && !STRAGGLERS.includes(frame.type)) return true
    switch (frame.type) {
      case 'open':
        return this.flows.onOpen(frame.flow, frame.names)
      case 'open-ok':
        return this.flows.onOpenOk(frame.flow, frame.index)
      case 'open-no':
        return this.flows.onOpenNo(frame.flow)
      case 'close':
        return this.flows.onClose(frame.flow)
      case 'data':
        return this.#dispatch.byStream(frame.flow, frame.payload)
      case 'rekey':
        return this.#udp.rekey.onRekey(frame)
      case 'rekey-ack':
        return this.#udp.rekey.onAck(frame)
      case 'rekey-req':
        return this.#udp.rekey.onRequest()
      case 'report':
        return this.#onReport(frame.received, frame.expected)
      default:
        return false
    }
  }

  #onAccept(frame: Frame & GreetingFrame): boolean {
    if (!this.initiator || this.established) return false
    this.#cancelTimer()
    this.roundTrip.sample(this.now - this.beganAt)
    this.#agree(this.#greeting.own, frame)
    this.#events.established(this)
    return true
  }

  #onReport(received: number, expected: number): boolean {
    const now = this.now
    this.#rate.reported(received, expected, now)
    if (received > 0) this.#udp.confirmed(now)
    return true
  }

  #carrierChanged(carrier: Carrier): void {
    for (const flow of this.flows.all()) flow.carrierChanged(carrier)
  }

  #dropped(reason: 'not-open' | 'rate'): false {
    this.#components.counters.drop(reason)
    return false
  }
}
