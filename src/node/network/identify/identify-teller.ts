import { publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import type {
  Connection,
  Libp2pEvents,
  PeerStore,
  PrivateKey,
  Stream,
  TypedEventTarget
} from '@libp2p/interface'
import type { ConnectionManager, Registrar } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'
import { type Cancel, type Clock, withDeadline } from '../../../clock.ts'
import { describeError, NodeError } from '../../../error.ts'
import type { Log } from '../../../log.ts'
import { hostPort } from '../../../peer/discovery/multiaddr-host.ts'
import { prefixed } from '../../../protocol/frame-splitter.ts'
import { encodeIdentify } from './identify-message.ts'

export interface IdentifyTellerInit {
  readonly clock: Clock
  readonly log: Log
  /** Milliseconds that a peer has to take a message. */
  readonly timeout: number
  readonly userAgent: string
  /** The addresses that the other end of a connection may learn. */
  readonly addressesFor: (connection: Connection) => readonly Multiaddr[]
}

/** What is used of libp2p's inside. */
export interface IdentifyTellerComponents {
  readonly privateKey: PrivateKey
  readonly registrar: Pick<Registrar, 'getProtocols'>
  readonly peerStore: Pick<PeerStore, 'get' | 'has'>
  readonly connectionManager: Pick<ConnectionManager, 'getConnections'>
  readonly events: TypedEventTarget<Libp2pEvents>
}

/** The part of @libp2p/identify's service that its type does not show. */
interface AnswersIdentify {
  handleProtocol: (stream: Stream, connection: Connection) => Promise<void>
}

const PUSH = '/ipfs/id/push/1.0.0'
/** libp2p specs, identify. */
const PROTOCOL_VERSION = 'ipfs/0.1.0'
/** Milliseconds in which changes are gathered, as in @libp2p/identify. */
const GATHER = 1_000

/**
 * Tells each peer by identify and identify push what is for it. @libp2p/identify tells every peer the same; it still
 * asks, and reads what is told.
 */
export class IdentifyTeller {
  readonly #init: IdentifyTellerInit
  readonly #components: IdentifyTellerComponents
  readonly #publicKey: Uint8Array
  /** What the other end was told last. */
  readonly #told = new WeakMap<Connection, Uint8Array>()
  readonly #stopping = new AbortController()
  #gathering: Cancel | undefined

  constructor(init: IdentifyTellerInit, components: IdentifyTellerComponents) {
    this.#init = init
    this.#components = components
    this.#publicKey = publicKeyToProtobuf(components.privateKey.publicKey)
  }

  /** @libp2p/identify with our answers. @throws NodeError 'unsuitable-libp2p' where it cannot be given them */
  service(components: unknown): unknown {
    const service: object = identify({ timeout: this.#init.timeout })(
      components as Parameters<ReturnType<typeof identify>>[0]
    )
    if (!answersIdentify(service))
      throw new NodeError('unsuitable-libp2p', '@libp2p/identify answers by a method that is not known', {
        hint: 'install the version that package.json names',
        remedy: 'fix'
      })
    service.handleProtocol = (stream, connection) =>
      this.#send(stream, connection, this.#messageFor(connection))
    return service
  }

  start(): void {
    this.#components.events.addEventListener('self:peer:update', this.#changed)
  }

  stop(): void {
    this.#components.events.removeEventListener('self:peer:update', this.#changed)
    this.#gathering?.()
    this.#stopping.abort(new NodeError('closing', 'the node stops'))
  }

  /** Soon tells those peers for whom something has changed. */
  push(): void {
    this.#gathering ??= this.#init.clock.after(GATHER, () => {
      this.#gathering = undefined
      for (const connection of this.#components.connectionManager.getConnections())
        this.#pushTo(connection).catch((error: unknown) =>
          this.#init.log.debug(`identify push to ${connection.remotePeer}: ${describeError(error)}`)
        )
    })
  }

  readonly #changed = (): void => this.push()

  async #pushTo(connection: Connection): Promise<void> {
    const { peerStore } = this.#components
    if (connection.status !== 'open' || !(await peerStore.has(connection.remotePeer))) return
    const { protocols } = await peerStore.get(connection.remotePeer)
    const message = this.#messageFor(connection)
    const before = this.#told.get(connection)
    if (!protocols.includes(PUSH) || (before !== undefined && Buffer.compare(before, message) === 0)) return
    const { clock, timeout } = this.#init
    const work = (signal: AbortSignal): Promise<Stream> =>
      connection.newStream(PUSH, { signal, runOnLimitedConnection: true })
    const stream = await withDeadline(clock, timeout, 'identify push', work, this.#stopping.signal)
    await this.#send(stream, connection, message)
  }

  async #send(stream: Stream, connection: Connection, message: Uint8Array): Promise<void> {
    const { clock, timeout } = this.#init
    try {
      stream.send(prefixed(message))
      this.#told.set(connection, message)
      const work = (signal: AbortSignal): Promise<void> => stream.close({ signal })
      await withDeadline(clock, timeout, 'identify', work, this.#stopping.signal)
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #messageFor(connection: Connection): Uint8Array {
    return encodeIdentify({
      publicKey: this.#publicKey,
      listenAddrs: this.#init.addressesFor(connection).map(({ bytes }) => bytes),
      protocols: this.#components.registrar.getProtocols(),
      observedAddr: hostPort(connection.remoteAddr) === undefined ? undefined : connection.remoteAddr.bytes,
      protocolVersion: PROTOCOL_VERSION,
      agentVersion: this.#init.userAgent
    })
  }
}

function answersIdentify(service: object): service is AnswersIdentify {
  return 'handleProtocol' in service && typeof service.handleProtocol === 'function'
}
