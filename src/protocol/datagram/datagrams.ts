import { abortable, type Clock, withDeadline } from '../../clock.ts'
import { describeError, NodeError } from '../../error.ts'
import type { DatagramSockets, IpFamily } from '../../hal/datagram-socket.ts'
import type { Log } from '../../log.ts'
import type { Startable } from '../../startable.ts'
import { UdpSockets } from './carrier/udp-sockets.ts'
import type { Accept } from './components.ts'
import { encodeOpen } from './control/frame.ts'
import type { ControlDialer } from './control/stream.ts'
import { Counters, type DropReason, type Traffic } from './counters.ts'
import { DropLog } from './drop-log.ts'
import { type Carrier, type DatagramFlow, Flow, type Receive } from './flow.ts'
import type { DatagramLimits } from './limits.ts'
import { ConnectionIds } from './packet/connection-ids.ts'
import { PacketReceiver } from './packet/receiver.ts'
import { UnvalidatedBudget } from './path/unvalidated-budget.ts'
import type { Session } from './session/session.ts'
import { SessionMover } from './session/session-mover.ts'
import { SessionTable } from './session/session-table.ts'

export interface DatagramsOptions {
  readonly dialer: ControlDialer
  readonly sockets: DatagramSockets
  readonly clock: Clock
  /** Unpredictable bytes. */
  readonly random: (bytes: number) => Uint8Array
  readonly limits: DatagramLimits
  readonly inBook: (peer: string) => boolean
  readonly log: Log
  /** UDP port for both families; that of TCP unless given. */
  readonly port?: number
}

export interface OpenOptions {
  /** Takes what the peer sends. */
  readonly receive: Receive
  readonly signal?: AbortSignal
  /**
   * Return before the peer has agreed, which saves a round trip; only with one name. A refusal then
   * ends the flow (onEnd).
   */
  readonly early?: boolean
}

export interface SessionStatus {
  readonly peer: string
  readonly carrier: Carrier
  readonly flows: number
  /** Milliseconds. */
  readonly roundTrip: number | undefined
}

export interface DatagramsStatus {
  /** 0: no UDP of that family. */
  readonly ports: { readonly [family in IpFamily]: number }
  readonly sessions: readonly SessionStatus[]
  readonly traffic: Readonly<Traffic>
  readonly drops: Readonly<Record<DropReason, number>>
}

/** Unreliable, encrypted datagrams by PeerId and ProtocolName. */
export class Datagrams implements Startable {
  readonly name = 'datagrams'
  readonly #options: DatagramsOptions
  readonly #handlers = new Map<string, Accept>()
  readonly #counters: Counters
  readonly #dropLog: DropLog
  readonly #udp: UdpSockets
  readonly #sessions: SessionTable
  readonly #mover: SessionMover
  readonly #dials = new Map<string, Promise<Session>>()
  #running = false

  constructor(options: DatagramsOptions) {
    const { clock, random, limits, inBook, dialer, log } = options
    this.#options = options
    this.#dropLog = new DropLog(clock, log)
    this.#counters = new Counters((reason) => this.#dropLog.drop(reason))
    const ids = new ConnectionIds(random)
    const receiver = new PacketReceiver(clock, ids, this.#counters, limits.failedOpensOfNode)
    this.#udp = new UdpSockets({
      sockets: options.sockets,
      receive: (packet, from) => receiver.receive(packet, from),
      log
    })
    const components = {
      clock,
      random,
      limits,
      inBook,
      counters: this.#counters,
      ids,
      budget: new UnvalidatedBudget(limits.unvalidatedHosts),
      udp: this.#udp,
      self: dialer.self,
      handler: (protocol: string) => this.#handlers.get(protocol),
      onError: (error: unknown, protocol: string) =>
        log.error('a receiver or listener of datagrams failed', { protocol, error: describeError(error) })
    }
    this.#sessions = new SessionTable(components, {
      seek: (peer, again) => this.#mover.seek(peer, again),
      improve: (session) => this.#mover.improve(session)
    })
    this.#mover = new SessionMover({
      clock,
      log,
      dialer,
      sessions: this.#sessions,
      dial: (peer) => this.#dials.get(peer) ?? this.#dial(peer),
      timeout: limits.handshakeTimeout,
      searchAgain: limits.searchAgain
    })
  }

  /** Binds the UDP ports and takes the peers' streams. @throws NodeError when a configured port is taken */
  async start(): Promise<void> {
    const { dialer, port } = this.#options
    const ports = dialer.ports()
    try {
      await this.#udp.bind(4, port ?? ports[4], port !== undefined)
      await this.#udp.bind(6, port ?? ports[6], port !== undefined)
      this.#running = true
      await dialer.start((stream) => this.#sessions.take(stream))
    } catch (error) {
      this.#running = false
      await this.#udp.close()
      throw error
    }
  }

  async stop(): Promise<void> {
    this.#running = false
    this.#mover.stop()
    await this.#options.dialer.stop()
    this.#sessions.endAll('stopped')
    this.#dropLog.close()
    await this.#udp.close()
  }

  /** Takes flows of that name from now on, in place of the handler before. */
  handle(protocol: string, accept: Accept): void {
    this.#handlers.set(protocol, accept)
  }

  /** Refuses new flows of that name; those that are open stay. */
  unhandle(protocol: string): void {
    this.#handlers.delete(protocol)
  }

  /**
   * Opens a flow, dialing the peer where need be.
   * @param peer PeerId as text, or anything whose toString() is that
   * @param protocols ProtocolNames, the most wanted first; the peer takes the first that it handles
   * @throws NodeError 'datagram-names', 'datagram-refused', 'datagram-lost', 'datagram-flows',
   *   'datagram-sessions', 'datagram-stopped', 'deadline'
   */
  async open(
    peer: { toString(): string },
    protocols: readonly string[],
    options: OpenOptions
  ): Promise<DatagramFlow> {
    const { clock, limits } = this.#options
    checkNames(protocols)
    options.signal?.throwIfAborted()
    const session = await this.#session(peer.toString(), options.signal)
    if (session.ended) throw lost(session.peer)
    const flow = new Flow(session, protocols, options.receive)
    session.flows.add(flow)
    if (options.early === true && protocols.length === 1) return flow
    try {
      const place = `datagrams with ${flow.peer}`
      await withDeadline(clock, limits.openTimeout, place, () => flow.agreed(), options.signal)
    } catch (error) {
      flow.close()
      throw error
    }
    // Not before: a flow that moves while its OPEN is not answered is opened twice at the peer.
    this.#mover.improve(session)
    return flow
  }

  status(): DatagramsStatus {
    return {
      ports: { 4: this.#udp.port(4), 6: this.#udp.port(6) },
      sessions: Array.from(this.#sessions.all(), sessionStatus),
      traffic: { ...this.#counters.traffic },
      drops: { ...this.#counters.drops }
    }
  }

  async #session(peer: string, signal: AbortSignal | undefined): Promise<Session> {
    const known = this.#sessions.get(peer)
    if (known !== undefined && !known.flows.exhausted) return known
    // Flow ids are used up: a session without flows is replaced by a new one.
    if (known?.flows.size === 0) known.end('closed')
    else if (known !== undefined) return known
    const dial = this.#dials.get(peer) ?? this.#dial(peer)
    return await abortable(dial, signal)
  }

  /** One dial a peer, however many wait for it; one that stops waiting does not end it for the others. */
  #dial(peer: string): Promise<Session> {
    const { clock, dialer, limits } = this.#options
    const dial = withDeadline(clock, limits.handshakeTimeout, `datagrams with ${peer}`, async (signal) => {
      if (!this.#running)
        throw new NodeError('datagram-stopped', 'datagrams are not running', { remedy: 'retry' })
      await this.#mover.moved(peer)
      const known = this.#sessions.get(peer)
      if (known !== undefined) return known
      const stream = await dialer.dial(peer, signal)
      if (signal.aborted || !this.#running) {
        stream.reset()
        throw lost(peer)
      }
      return this.#sessions.initiate(stream)
    }).finally(() => this.#dials.delete(peer))
    this.#dials.set(peer, dial)
    return dial
  }
}

function lost(peer: string): NodeError {
  return new NodeError('datagram-lost', `the way to ${peer} was lost`, { remedy: 'retry' })
}

function sessionStatus(session: Session): SessionStatus {
  return {
    peer: session.peer,
    carrier: session.carrier,
    flows: session.flows.size,
    roundTrip: session.roundTrip.smoothed
  }
}

function checkNames(protocols: readonly string[]): void {
  try {
    encodeOpen(1, protocols)
  } catch (cause) {
    throw new NodeError('datagram-names', `datagrams: ${describeError(cause)} are needed to open a flow`, {
      cause
    })
  }
}
