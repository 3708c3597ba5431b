import type {
  ConnectionEncrypter,
  ConnectionGater,
  MessageStream,
  MultiaddrConnection,
  PeerId,
  SecuredConnection,
  StreamMuxer,
  StreamMuxerFactory
} from '@libp2p/interface'
import { BoundedMap } from '../../../bounded-map.ts'
import type { Clock } from '../../../clock.ts'
import { describeError, NodeError } from '../../../error.ts'
import type { Log } from '../../../log.ts'
import { type Rate, TokenBucket } from '../../../token-bucket.ts'
import { compactLists } from './compact-lists.ts'
import { Negotiation } from './negotiation.ts'
import { Unnegotiated } from './unnegotiated.ts'
import { YamuxFrames } from './yamux-frames.ts'

/** Lines of multistream-select in a handshake: the header and one protocol, or a few that we do not speak. */
const MAX_HANDSHAKE_LINES = 16
/** Bytes before the last piece of a handshake; multistream-select and Noise take under 2 KiB. */
const MAX_HANDSHAKE = 32 * 1024
/** Bytes that wait to be written on a connection; streams pause long before, pings and windows do not. */
const MAX_UNWRITTEN = 4 * 1024 * 1024
/** What must be answered at once of one peer: pings, and streams opened with the lines that name their protocol. */
const ANSWERS: Rate = { perSecond: 1024, burst: 2048 }
/** Milliseconds for which connections with a peer that broke a rule are refused. */
const BANNED_FOR = 60_000
const BANNED_PEERS = 1024

/** Errors of @libp2p/yamux that mean a fault of the peer, by name. */
const FAULTS = ['InvalidFrameError', 'ReceiveWindowExceededError', 'InvalidParametersError']

/** What is used of a muxer of @libp2p/yamux, beside its public face. */
interface YamuxMuxer extends StreamMuxer {
  readonly nextStreamID: number
  onData(data: Pieces): void
}

/** What a MessageStream hands on: one piece or more. */
type Pieces = Uint8Array | (Iterable<Uint8Array> & { readonly byteLength: number })

/** A message stream of @libp2p/utils, which everything received passes through. */
type Receiver = MessageStream & { onData?(data: Pieces): void; readonly readBuffer?: unknown }

/**
 * Keeps a peer from filling this node's memory, or from stopping it, below the protocols: bounds what is kept of a
 * handshake, of an unfinished frame of the multiplexer, of streams without a protocol and of answers that the peer
 * does not read, and how much is answered. js-libp2p bounds none of these (docs/network.md trap 20). A peer that
 * breaks a rule loses the connection, is named in the log, and is refused for a minute.
 */
export class ConnectionGuard {
  readonly #clock: Clock
  readonly #log: Log
  readonly #speaks: (protocol: string) => boolean
  readonly #banned = new BoundedMap<string, number>(BANNED_PEERS)
  /** Whose connection an encrypted stream is. */
  readonly #peers = new WeakMap<MessageStream, PeerId>()

  /** @param speaks whether we answer streams of a protocol */
  constructor(clock: Clock, log: Log, speaks: (protocol: string) => boolean) {
    this.#clock = clock
    this.#log = log
    this.#speaks = speaks
  }

  readonly gater: ConnectionGater = {
    denyInboundConnection: (connection: MultiaddrConnection) => {
      boundHandshake(connection)
      return false
    },
    denyOutboundConnection: (_peer, connection) => {
      boundHandshake(connection)
      return false
    },
    denyDialPeer: (peer) => this.isBanned(peer),
    denyInboundEncryptedConnection: (peer) => this.isBanned(peer),
    denyOutboundEncryptedConnection: (peer) => this.isBanned(peer),
    // Closed since the multiplexer was made, it would count as a connection for ever.
    denyInboundUpgradedConnection: (_peer, { status }) => status !== 'open',
    denyOutboundUpgradedConnection: (_peer, { status }) => status !== 'open'
  }

  /** Refuses a peer for a minute. @param why for the log: `broke the rules of …` */
  ban(peer: PeerId, why: string, error?: unknown): void {
    this.#banned.set(peer.toString(), this.#clock.monotonic() + BANNED_FOR)
    this.#log.warn(`a peer ${why}, it is refused for a minute`, {
      peer: peer.toString(),
      ...(error === undefined ? {} : { error: describeError(error) })
    })
  }

  isBanned(peer: PeerId | string): boolean {
    const until = this.#banned.get(peer.toString())
    return until !== undefined && this.#clock.monotonic() < until
  }

  encrypter(encrypter: ConnectionEncrypter): ConnectionEncrypter {
    const secureInbound = encrypter.secureInbound.bind(encrypter)
    const secureOutbound = encrypter.secureOutbound.bind(encrypter)
    encrypter.secureInbound = async (connection, options) =>
      this.#secured(connection, await secureInbound(connection, options))
    encrypter.secureOutbound = async (connection, options) =>
      this.#secured(connection, await secureOutbound(connection, options))
    return encrypter
  }

  muxers(factory: StreamMuxerFactory): StreamMuxerFactory {
    const create = factory.createStreamMuxer.bind(factory)
    factory.createStreamMuxer = (stream) => {
      unbound(stream)
      // A multiplexer stops its pings when the stream is closed, which has been: its timer would keep the process.
      if (stream.status !== 'open') throw new Error('it was closed during its handshake')
      return this.#guard(create(stream) as YamuxMuxer, stream)
    }
    return factory
  }

  #secured<T extends SecuredConnection>(connection: MessageStream, secured: T): T {
    unbound(connection)
    // The multiplexer is negotiated on the encrypted stream, unless Noise has done so.
    boundHandshake(secured.connection)
    connection.maxWriteBufferLength = MAX_UNWRITTEN
    secured.connection.maxWriteBufferLength = MAX_UNWRITTEN
    this.#peers.set(secured.connection, secured.remotePeer)
    return secured
  }

  #guard(muxer: YamuxMuxer, connection: MessageStream): YamuxMuxer {
    const unnegotiated = new Unnegotiated(muxer, this.#speaks)
    const answers = new TokenBucket(ANSWERS)
    const spend = (count: number): void => {
      for (let i = 0; i < count; i++) {
        if (!answers.take(this.#clock.monotonic()))
          throw new NodeError('bad-frame', 'too much to be answered at once')
      }
    }
    let goneAway = false
    const frames = new YamuxFrames({
      peerIsClient: connection.direction === 'inbound',
      nextOwnId: () => muxer.nextStreamID,
      onFrames: muxer.onData.bind(muxer),
      onOpen: (id) => {
        spend(1)
        unnegotiated.opened(id)
      },
      onPeerData: (id, bytes, from, to) => spend(unnegotiated.received(id, bytes, from, to)),
      onPing: () => spend(1),
      onGoAway: () => {
        goneAway = true
      }
    })
    muxer.onData = (data) => {
      try {
        if (data instanceof Uint8Array) frames.push(data)
        else for (const piece of data) frames.push(piece)
        unnegotiated.delivered()
      } catch (error) {
        this.#failed(connection, error)
        // The muxer resets its streams, and the connection with them.
        throw error
      }
      if (goneAway) closeQuietly(connection)
    }
    return muxer
  }

  #failed(connection: MessageStream, error: unknown): void {
    const peer = this.#peers.get(connection)
    const fault = error instanceof NodeError || (error instanceof Error && FAULTS.includes(error.name))
    if (peer === undefined || !fault) return
    this.ban(peer, 'broke the rules of the multiplexer', error)
  }
}

/** Until unbound(): aborts the stream when a handshake has more bytes or lines than any has. */
function boundHandshake(stream: Receiver): void {
  const onData = stream.onData?.bind(stream)
  if (onData === undefined) return
  compactLists(stream.readBuffer)
  const negotiation = new Negotiation((line) => HANDSHAKE_PROTOCOLS.includes(line))
  let received = 0
  let lines = 0
  stream.onData = (data) => {
    for (const piece of data instanceof Uint8Array ? [data] : data) lines += negotiation.push(piece)
    // The last piece may bring more: what the peer sends as soon as its own handshake is over.
    if (received > MAX_HANDSHAKE || lines > MAX_HANDSHAKE_LINES) {
      stream.abort(new Error('the handshake does not come to an end'))
      return
    }
    received += data.byteLength
    onData(data)
  }
}

/** Negotiated before there are streams. */
const HANDSHAKE_PROTOCOLS = ['/noise', '/yamux/1.0.0']

/** Back to the method of the stream's class. */
function unbound(stream: Receiver): void {
  delete stream.onData
}

function closeQuietly(connection: MessageStream): void {
  connection.close().catch((error: Error) => connection.abort(error))
}
