import type { Connection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { type Cancel, type Clock, every } from '../../clock.ts'
import { isBackground } from '../../direct.ts'
import { isNearlySpent } from '../../limited.ts'
import { DATAGRAM_PROTOCOL } from '../datagram/constants.ts'
import { type CircuitNetwork, directConnection } from './components.ts'
import { IDLE_AFTER, IDLE_BESIDE_DIRECT, SIMULTANEOUS } from './constants.ts'

/** Milliseconds between two looks at the circuits that end here. */
const LOOK = 1_000
/** Milliseconds that the lesser of two circuits stays, for who was given it a moment ago. */
const GRACE = 2_000

/** What is known of a circuit before its connection is there. */
export interface Ending {
  readonly path: readonly string[]
  readonly openedByUs: boolean
  /** Bytes that went over it, both ways. */
  readonly bytes: () => number
}

interface End extends Ending {
  readonly connection: Connection
  readonly openedAt: number
  /** Clock.monotonic() at which it was last seen in use. */
  usedAt: number
  /** Bytes at the last look. */
  seenBytes: number
  /** Clock.monotonic() at which another circuit with the same peer took its place. */
  replacedAt: number | undefined
}

/** Connections over circuits that end at this node: their paths, and when they are closed. */
export class EndTable {
  readonly #network: CircuitNetwork
  readonly #clock: Clock
  /** By the address object that libp2p hands on from the stream to the connection. */
  readonly #endings = new WeakMap<Multiaddr, Ending>()
  readonly #ends = new Map<Connection, End>()
  #cancel: Cancel | undefined

  constructor(network: CircuitNetwork, clock: Clock) {
    this.#network = network
    this.#clock = clock
  }

  get size(): number {
    return this.#ends.size
  }

  start(): void {
    this.#network.addEventListener('connection:open', this.#onOpen)
    this.#network.addEventListener('connection:close', this.#onClose)
  }

  stop(): void {
    this.#network.removeEventListener('connection:open', this.#onOpen)
    this.#network.removeEventListener('connection:close', this.#onClose)
    this.#cancel?.()
    this.#cancel = undefined
  }

  expect(address: Multiaddr, ending: Ending): void {
    this.#endings.set(address, ending)
  }

  /** The hops of a connection from us to the other end; undefined where it is no circuit of this protocol. */
  pathOf(connection: Connection): readonly string[] | undefined {
    return this.#endings.get(connection.remoteAddr)?.path
  }

  /** The circuit to use with a peer. */
  best(peer: string): Connection | undefined {
    const ends = this.#of(peer)
    return (ends.find(({ replacedAt }) => replacedAt === undefined) ?? ends[0])?.connection
  }

  /** Closes our other circuits to a peer that are about to be cut, as soon as no stream uses them. */
  replacedBy(connection: Connection): void {
    const now = this.#clock.monotonic()
    for (const end of this.#of(connection.remotePeer.toString())) {
      if (end.connection === connection || !end.openedByUs || !isNearlySpent(end.connection)) continue
      if (this.#isUsed(end)) end.replacedAt ??= now
      else close(end.connection)
    }
  }

  #of(peer: string): End[] {
    return [...this.#ends.values()].filter(
      ({ connection }) => connection.remotePeer.toString() === peer && connection.status === 'open'
    )
  }

  readonly #onOpen = ({ detail: connection }: CustomEvent<Connection>): void => {
    const ending = this.#endings.get(connection.remoteAddr)
    if (ending === undefined) return
    const now = this.#clock.monotonic()
    const end = { ...ending, connection, openedAt: now, usedAt: now, seenBytes: 0, replacedAt: undefined }
    this.#settle(end)
    this.#ends.set(connection, end)
    this.#cancel ??= every(this.#clock, LOOK, () => this.#look())
  }

  readonly #onClose = ({ detail: connection }: CustomEvent<Connection>): void => {
    if (!this.#ends.delete(connection) || this.#ends.size > 0) return
    this.#cancel?.()
    this.#cancel = undefined
  }

  /** Of two circuits opened to each other at once that of the smaller PeerId stays. */
  #settle(end: End): void {
    const peer = end.connection.remotePeer.toString()
    const ourStays = this.#network.peerId.toString() < peer
    for (const other of this.#of(peer)) {
      if (other.openedByUs === end.openedByUs || end.openedAt - other.openedAt > SIMULTANEOUS) continue
      const lesser = end.openedByUs === ourStays ? other : end
      lesser.replacedAt ??= end.openedAt
    }
  }

  /** The control stream of datagrams stays open without any: it counts while bytes move. */
  #isUsed(end: End): boolean {
    const bytes = end.bytes()
    const hasMoved = bytes !== end.seenBytes
    end.seenBytes = bytes
    return end.connection.streams.some(
      ({ protocol }) => !isBackground(protocol) && (hasMoved || protocol !== DATAGRAM_PROTOCOL)
    )
  }

  /** Milliseconds. */
  #idleAfter({ remotePeer }: Connection): number {
    const direct = directConnection(this.#network, remotePeer.toString())
    return direct === undefined ? IDLE_AFTER : IDLE_BESIDE_DIRECT
  }

  #look(): void {
    const now = this.#clock.monotonic()
    for (const end of this.#ends.values()) {
      const { connection, replacedAt } = end
      if (this.#isUsed(end)) end.usedAt = now
      const idle = now - end.usedAt
      const isReplaced = replacedAt !== undefined && idle > 0 && now - replacedAt >= GRACE
      if (idle < this.#idleAfter(connection) && !isReplaced) continue
      close(connection)
    }
  }
}

function close(connection: Connection): void {
  connection.close().catch((error: Error) => connection.abort(error))
}
