import type { Connection, Stream } from '@libp2p/interface'
import { withDeadline } from '../../clock.ts'
import { isDirect } from '../../direct.ts'
import { describeError, NodeError } from '../../error.ts'
import { directConnection } from '../circuit/components.ts'
import { HANDSHAKE_DEADLINE } from '../circuit/constants.ts'
import { endStream } from '../circuit/end-stream.ts'
import { EndTable } from '../circuit/end-table.ts'
import { firstFrame, sendFrame } from '../circuit/first-frame.ts'
import { circuitAddress, StreamConnection } from '../circuit/stream-connection.ts'
import { checkOpen, Refused } from './check-open.ts'
import { openOnward, RefusedBeyond } from './circuit-opener.ts'
import { type CircuitStatus, decodeOpen, encodeStatus, type Open, type Refusal } from './codec.ts'
import type { ViaComponents, ViaInit } from './components.ts'
import { MAX_FRAME_BYTES, MAX_HOPS, OPEN_DEADLINE } from './constants.ts'
import { Hop } from './hop.ts'

/** Opens circuits, carries them for others, and takes those that end here. */
export class Circuits {
  readonly #components: ViaComponents
  readonly #init: ViaInit
  readonly #stopping = new AbortController()
  readonly #hop: Hop
  readonly #ends: EndTable
  /** Circuits that end here, those that do not stand yet included: PeerIds of their openers. */
  readonly #inbound = new Map<object, string>()
  readonly #counts: Record<string, number> = { opened: 0, failed: 0, accepted: 0 }

  constructor(components: ViaComponents, init: ViaInit) {
    this.#components = components
    this.#init = init
    this.#hop = new Hop(components, init, this.#stopping.signal)
    this.#ends = new EndTable(components.network, components.clock)
    this.#ends.start()
  }

  stop(): void {
    this.#stopping.abort(new Error('the node stops'))
    this.#hop.stop()
    this.#ends.stop()
  }

  get counters(): Readonly<Record<string, number>> {
    return { ...this.#counts, ...this.#hop.counters, ends: this.#ends.size }
  }

  pathOf(connection: Connection): readonly string[] | undefined {
    return this.#ends.pathOf(connection)
  }

  async openVia(path: readonly string[], peer: string, signal: AbortSignal): Promise<Connection> {
    const standing = this.#ends.best(peer)
    if (standing !== undefined) return standing
    const { network, clock } = this.#components
    const self = network.peerId.toString()
    const [first = '', ...rest] = path
    const open = { to: [...rest, peer], from: [] }
    if (path.length === 0 || path.length > MAX_HOPS || checkOpen(open, first, self) !== undefined)
      throw new NodeError('bad-path', `a path has 1 to ${MAX_HOPS} different hops, this one ${path.length}`)
    const onward = directConnection(network, first)
    if (onward === undefined) throw failed(`${first} is not connected directly`)
    try {
      const both = AbortSignal.any([signal, this.#stopping.signal])
      const stream = await openOnward(onward, open, clock, both)
      const connection = await this.#secure(stream, path, peer, both)
      this.#count('opened')
      return this.#ends.best(peer) ?? connection
    } catch (error) {
      this.#count('failed')
      signal.throwIfAborted()
      throw asNodeError(error, first)
    }
  }

  /** @throws what the handshake throws */
  async #secure(
    stream: Stream,
    path: readonly string[],
    peer: string,
    signal: AbortSignal
  ): Promise<Connection> {
    const { upgrader } = this.#components
    const circuit = this.#circuit(stream, path, peer, true)
    try {
      return await this.#withinHandshake(
        peer,
        (limited) => upgrader.upgradeOutbound(circuit, { limits: {}, signal: limited }),
        signal
      )
    } catch (error) {
      circuit.abort(error as Error)
      throw error
    }
  }

  /** @param path from us to the other end */
  #circuit(stream: Stream, path: readonly string[], peer: string, openedByUs: boolean): StreamConnection {
    const address = circuitAddress(path[0] ?? '', peer)
    const circuit = new StreamConnection(stream, address)
    this.#ends.expect(address, { path, openedByUs, bytes: () => circuit.bytes })
    return circuit
  }

  #withinHandshake<T>(
    peer: string,
    work: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal
  ): Promise<T> {
    const what = `the handshake with ${peer}`
    return withDeadline(this.#components.clock, HANDSHAKE_DEADLINE, what, work, signal)
  }

  /** Never throws: libp2p handles no error of a stream handler (docs/network.md trap 9). */
  readonly onStream = (stream: Stream, connection: Connection): void => {
    this.#answer(stream, connection).catch((error: unknown) => {
      const refusal = this.#refusalOf(error)
      if (refusal === undefined) stream.abort(error as Error)
      else this.#refuse(stream, refusal)
    })
  }

  async #answer(stream: Stream, connection: Connection): Promise<void> {
    // Over a circuit it would lead further than three hops.
    if (!isDirect(connection)) throw new Refused('denied', 'only over a direct connection')
    const { clock, network } = this.#components
    const caller = connection.remotePeer.toString()
    const read = (limited: AbortSignal): Promise<Uint8Array> => firstFrame(stream, MAX_FRAME_BYTES, limited)
    const frame = await withDeadline(clock, OPEN_DEADLINE, 'the open frame', read, this.#stopping.signal)
    const open = decodeOpen(frame)
    const why = checkOpen(open, caller, network.peerId.toString())
    if (why !== undefined) throw new Refused(why.code, why.text)
    if (open.to.length > 0) await this.#hop.carry(stream, connection, open)
    else await this.#accept(stream, caller, open)
  }

  /** @throws Refused; what the handshake throws */
  async #accept(stream: Stream, caller: string, { from }: Open): Promise<void> {
    const opener = from[0] ?? ''
    if (!this.#init.accepts(opener)) throw new Refused('denied', 'it takes no circuits of this peer')
    const { inbound, inboundPerPeer } = this.#init.limits
    const ofPeer = [...this.#inbound.values()].filter((peer) => peer === opener).length
    if (this.#inbound.size >= inbound || ofPeer >= inboundPerPeer)
      throw new Refused('busy', 'as many circuits end here as may')
    sendFrame(stream, encodeStatus(undefined))
    this.#inbound.set(stream, opener)
    stream.addEventListener('close', () => this.#inbound.delete(stream))
    const circuit = this.#circuit(stream, [caller, ...from.slice(1).reverse()], opener, false)
    const { upgrader } = this.#components
    try {
      await this.#withinHandshake(
        opener,
        (signal) => upgrader.upgradeInbound(circuit, { limits: {}, signal }),
        this.#stopping.signal
      )
      this.#count('accepted')
    } catch (error) {
      circuit.abort(error as Error)
    }
  }

  #refusalOf(error: unknown): Refusal | undefined {
    if (error instanceof RefusedBeyond) return error.refusal
    if (!(error instanceof Refused)) return undefined
    return { ...error.why, at: this.#components.network.peerId.toString() }
  }

  #refuse(stream: Stream, status: CircuitStatus & {}): void {
    this.#count(`refused-${status.code}`)
    try {
      sendFrame(stream, encodeStatus(status))
      endStream(stream, this.#components.clock)
    } catch (error) {
      stream.abort(error as Error)
    }
  }

  #count(name: string): void {
    this.#counts[name] = (this.#counts[name] ?? 0) + 1
  }
}

function asNodeError(error: unknown, first: string): NodeError {
  if (error instanceof RefusedBeyond) {
    const { code, text, at } = error.refusal
    return new NodeError('via-refused', `${at} refuses a circuit (${code}): ${text}`, { remedy: 'retry' })
  }
  if (error instanceof Refused) return failed(`through ${first}: ${error.message}`, error)
  return failed(`through ${first}: ${describeError(error)}`, error)
}

function failed(what: string, cause?: unknown): NodeError {
  return new NodeError('via-failed', what, { remedy: 'retry', cause })
}
