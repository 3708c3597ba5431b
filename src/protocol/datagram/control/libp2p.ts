import { Buffer } from 'node:buffer'
import { SocketAddress } from 'node:net'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { tryGetNetConfig } from '@libp2p/utils'
import type { Multiaddr } from '@multiformats/multiaddr'
import { isDirect } from '../../../direct.ts'
import { NodeError } from '../../../error.ts'
import type { IpFamily } from '../../../hal/datagram-socket.ts'
import { isBounded, isNearlySpent } from '../../../limited.ts'
import { prefixed } from '../../frame-splitter.ts'
import { FrameReader } from '../../frame-stream.ts'
import { DATAGRAM_PROTOCOL, MAX_FRAME } from '../constants.ts'
import type { ConnectionFacts, ControlDialer, ControlListener, ControlStream, MoveReason } from './stream.ts'

/** Bytes that a stream buffers in each direction before it is reset. */
const BUFFER = 262_144

export interface Libp2pControlOptions {
  readonly libp2p: Pick<Libp2p, 'peerId' | 'handle' | 'unhandle'>
  /** The best connection with a peer, which is made where there is none or where it is about to be cut. */
  readonly connect: (peer: string, signal: AbortSignal) => Promise<Connection>
  /** The best connection with a peer that is open. */
  readonly best: (peer: string) => Connection | undefined
  /** Addresses listened on, with the ports the system gave; not those announced. */
  readonly listening: () => readonly Multiaddr[]
  /** Whether an address lies in one of our own subnets. */
  readonly onLink: (host: string) => boolean
}

/** Control streams over js-libp2p 3. */
export class Libp2pControl implements ControlDialer {
  readonly self: Uint8Array
  readonly #options: Libp2pControlOptions
  readonly #connections = new WeakMap<ControlStream, Connection>()

  constructor(options: Libp2pControlOptions) {
    this.#options = options
    this.self = options.libp2p.peerId.toMultihash().bytes
  }

  async start(take: (stream: ControlStream) => void): Promise<void> {
    // What a handler throws would end the process (docs/network.md trap 9).
    const handler = (stream: Stream, connection: Connection): void => {
      try {
        take(this.#control(stream, connection))
      } catch (error) {
        stream.abort(asError(error))
      }
    }
    await this.#options.libp2p.handle(DATAGRAM_PROTOCOL, handler, {
      maxInboundStreams: 1,
      maxOutboundStreams: 1,
      runOnLimitedConnection: true
    })
  }

  async stop(): Promise<void> {
    await this.#options.libp2p.unhandle(DATAGRAM_PROTOCOL)
  }

  async dial(peer: string, signal: AbortSignal): Promise<ControlStream> {
    return await this.#open(await this.#options.connect(peer, signal), signal)
  }

  moveReason(stream: ControlStream): MoveReason | undefined {
    const connection = this.#connections.get(stream)
    if (connection === undefined || isDirect(connection)) return undefined
    const best = this.#options.best(stream.facts.peer)
    if (best !== undefined && best !== connection && isBetter(best, connection)) return 'better-open'
    return isNearlySpent(connection) ? 'nearly-spent' : undefined
  }

  async redial(stream: ControlStream, signal: AbortSignal): Promise<ControlStream | undefined> {
    const connection = await this.#options.connect(stream.facts.peer, signal)
    return connection === this.#connections.get(stream) ? undefined : await this.#open(connection, signal)
  }

  async #open(connection: Connection, signal: AbortSignal): Promise<ControlStream> {
    try {
      const options = { signal, runOnLimitedConnection: true }
      return this.#control(await connection.newStream(DATAGRAM_PROTOCOL, options), connection)
    } catch (cause) {
      if (asError(cause).name !== 'UnsupportedProtocolError') throw cause
      throw new NodeError('datagram-unsupported', `${connection.remotePeer} speaks no datagrams`, {
        hint: 'use a stream',
        cause
      })
    }
  }

  ports(): { [family in IpFamily]: number } {
    const ports = { 4: 0, 6: 0 }
    for (const address of this.#options.listening()) {
      const config = tryGetNetConfig(address)
      if (config?.protocol !== 'tcp' || config.port === undefined) continue
      if (config.type === 'ip4') ports[4] ||= config.port
      if (config.type === 'ip6') ports[6] ||= config.port
    }
    return { 4: ports[4] || ports[6], 6: ports[6] || ports[4] }
  }

  #control(stream: Stream, connection: Connection): ControlStream {
    const control = new Libp2pControlStream(stream, connectionFacts(connection, this.#options.onLink))
    this.#connections.set(control, connection)
    return control
  }
}

function isBetter(one: Connection, other: Connection): boolean {
  if (isDirect(one) || (isBounded(other) && !isBounded(one))) return true
  return isNearlySpent(other) && !isNearlySpent(one)
}

function connectionFacts(connection: Connection, onLink: (host: string) => boolean): ConnectionFacts {
  const remote = isDirect(connection) ? remoteHost(connection) : undefined
  return {
    peer: connection.remotePeer.toString(),
    peerMultihash: connection.remotePeer.toMultihash().bytes,
    direct: isDirect(connection),
    remote,
    onLink: remote !== undefined && onLink(remote.host),
    remaining: () => (connection.limits?.bytes === undefined ? undefined : Number(connection.limits.bytes)),
    roundTrip: () => connection.rtt
  }
}

/** In the text form that the system uses for the source of a datagram. */
function remoteHost(connection: Connection): ConnectionFacts['remote'] {
  const config = tryGetNetConfig(connection.remoteAddr)
  if (config?.type === 'ip4') return { host: config.host, family: 4 }
  if (config?.type !== 'ip6') return undefined
  const { address } = new SocketAddress({ address: config.host, family: 'ipv6' })
  // A server bound to both families sees IPv4 peers as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2).
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1]
  if (mapped !== undefined) return { host: mapped, family: 4 }
  return { host: config.zone === undefined ? address : `${address}%${config.zone}`, family: 6 }
}

class Libp2pControlStream implements ControlStream {
  readonly facts: ConnectionFacts
  readonly #stream: Stream
  #reader: FrameReader | undefined
  #listener: ControlListener | undefined

  constructor(stream: Stream, facts: ConnectionFacts) {
    this.facts = facts
    this.#stream = stream
    stream.maxReadBufferLength = BUFFER
    stream.maxWriteBufferLength = BUFFER
    stream.addEventListener('drain', () => this.#listener?.drain())
  }

  get writable(): boolean {
    return this.#stream.writeStatus === 'writable' && !this.#stream.writableNeedsDrain
  }

  send(frame: Uint8Array): void {
    if (this.#stream.writeStatus !== 'writable') return
    try {
      this.#stream.send(prefixed(frame))
    } catch (error) {
      this.#stream.abort(asError(error))
    }
  }

  listen(listener: ControlListener): void {
    this.#listener = listener
    this.#reader ??= new FrameReader({
      stream: this.#stream,
      maxBytes: MAX_FRAME,
      onFrame: (frame) => this.#listener?.frame(owned(frame)),
      onRemoteEnd: () => this.#reader?.abort(new Error('ended')),
      onClose: (error) => queueMicrotask(() => this.#listener?.ended(error))
    })
  }

  reset(): void {
    const error = new Error('reset')
    if (this.#reader === undefined) this.#stream.abort(error)
    else this.#reader.abort(error)
  }
}

/** A copy in memory of its own: a datagram that is kept must not retain the received chunk or Node's pool. */
function owned(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  copy.set(bytes)
  return copy
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
