import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import type { Cancel } from '../../../clock.ts'
import { describeError, NodeError } from '../../../error.ts'
import type { Caller } from '../../../peer/admission.ts'
import { partsOfSeries, type SeriesParts } from '../../../reading/series.ts'
import type { Startable } from '../../../startable.ts'
import type { Datagrams } from '../../datagram/datagrams.ts'
import { TokenBuckets } from '../../token-bucket.ts'
import type { QueryLimits } from '../limits.ts'
import { answerDatagram } from './answer-datagram.ts'
import { ObservationSlots } from './observation-slots.ts'
import { type ProtocolOps, QuerySession } from './query-session.ts'
import type { FreshReadings, LatestReading, LatestSource } from './queryables.ts'
import { type Requester, Responder, type ResponderInit } from './responder.ts'

/** Where requests come from, and what answers them. */
export interface QueryServerComponents extends Omit<ResponderInit, 'limits' | 'registry'> {
  readonly registry: ResponderInit['registry'] & {
    /** Every ProtocolName that is answered. */
    ids(): readonly string[]
  }
  readonly network: Pick<Libp2p, 'handle' | 'unhandle'>
  /** undefined where datagrams are switched off. */
  readonly datagrams: Pick<Datagrams, 'handle' | 'unhandle'> | undefined
  /** Calls the listener when rights may have changed, until the returned function is called. */
  readonly onAccessChange: (listener: () => void) => () => void
  /** What decides whether the peer of a connection is answered. */
  readonly callerOf: (connection: Connection) => Caller
  /** More ops of some protocols. */
  readonly more?: ReadonlyMap<string, ProtocolOps>
}

/** Inbound streams that libp2p lets through to makeRoom(), in terms of those that may stay open. */
const STREAM_MARGIN = 4

export interface QueryServerInit {
  readonly limits: QueryLimits
}

/** Answers requests on every sensor protocol, by stream and by datagram. */
export class QueryServer implements Startable {
  readonly name = 'query-server'
  readonly #responder: Responder
  readonly #init: QueryServerComponents & QueryServerInit
  /** Requests and error answers have the same rate, a bucket each. */
  readonly #requests: TokenBuckets
  readonly #errors: TokenBuckets
  /** Peer and protocol of each session, in the order of their opening. */
  readonly #sessions = new Map<QuerySession, string>()
  readonly #counters = new Map<string, number>()
  readonly #observations: ObservationSlots
  #unlisten: (() => void) | undefined

  constructor(components: QueryServerComponents, init: QueryServerInit) {
    const { clock } = components
    const { limits } = init
    const bucket = { rate: limits.rate, burst: limits.burst, names: limits.peers }
    this.#init = { ...components, ...init, latest: new SharedLatest(components.latest) }
    this.#responder = new Responder(this.#init)
    this.#requests = new TokenBuckets(clock, bucket)
    this.#observations = new ObservationSlots(limits.observationsPerPeer)
    this.#errors = new TokenBuckets(clock, bucket)
  }

  /** Streams open at present. */
  get sessions(): number {
    return this.#sessions.size
  }

  /** `read`, `error-denied`, `closed-flood` …: how often, since the start. */
  get counters(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counters)
  }

  async start(): Promise<void> {
    const { network, datagrams, registry, limits } = this.#init
    const maxOutboundStreams = limits.streamsPerPeer
    // libp2p resets the newest stream beyond its limit; here the oldest idle one is closed, so that a client that
    // leaks streams is not locked out.
    const maxInboundStreams = STREAM_MARGIN * limits.streamsPerPeer
    this.#unlisten = this.#init.onAccessChange(() => {
      for (const session of [...this.#sessions.keys()]) if (!session.isIdle) session.recheck()
    })
    const options = { maxInboundStreams, maxOutboundStreams, runOnLimitedConnection: true }
    for (const protocol of registry.ids()) {
      datagrams?.handle(protocol, (flow) => (bytes) => {
        const answer = this.answerDatagram(bytes, { caller: flow, protocol }, flow.maxSize)
        if (answer !== undefined) flow.send(answer)
      })
      await network.handle(protocol, this.handle, options)
    }
  }

  async stop(): Promise<void> {
    const { network, datagrams, registry, log } = this.#init
    this.#unlisten?.()
    const protocols = [...registry.ids()]
    for (const protocol of protocols) datagrams?.unhandle(protocol)
    await network.unhandle(protocols).catch((error: unknown) => log.debug(describeError(error)))
    for (const session of [...this.#sessions.keys()])
      session.close(new NodeError('closing', 'the node stops'))
  }

  /** A libp2p stream handler. Never throws: libp2p hands that to the process (docs/network.md trap 9). */
  readonly handle = (stream: Stream, connection: Connection): void => {
    try {
      this.#accept(stream, this.#init.callerOf(connection))
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(String(error)))
    }
  }

  /** Answers a request of one packet. @returns undefined where nothing is to be sent */
  answerDatagram(request: Uint8Array, requester: Requester, maxSize: number): Uint8Array | undefined {
    const init = {
      responder: this.#responder,
      limits: this.#init.limits,
      requests: this.#requests,
      errors: this.#errors
    }
    return answerDatagram(init, request, requester, maxSize)
  }

  #accept(stream: Stream, caller: Caller): void {
    const holder = `${caller.peer} ${stream.protocol}`
    this.#makeRoom(holder)
    const session = new QuerySession({
      stream,
      requester: { caller, protocol: stream.protocol },
      responder: this.#responder,
      services: this.#init,
      more: this.#init.more?.get(stream.protocol),
      requests: this.#requests,
      errors: this.#errors,
      observations: this.#observations,
      count: (what) => this.#counters.set(what, (this.#counters.get(what) ?? 0) + 1),
      onClose: () => this.#sessions.delete(session)
    })
    this.#sessions.set(session, holder)
  }

  /** Closes the oldest stream on which nothing is asked. @throws NodeError 'busy' */
  #makeRoom(holder: string): void {
    const { streamsPerPeer, sessions } = this.#init.limits
    const own = [...this.#sessions].filter(([, of]) => of === holder).map(([session]) => session)
    if (own.length >= streamsPerPeer) giveWay(own)
    if (this.#sessions.size >= sessions) giveWay([...this.#sessions.keys()])
  }
}

function giveWay(sessions: readonly QuerySession[]): void {
  const idle = sessions.find((session) => session.isIdle)
  if (idle === undefined) throw new NodeError('busy', 'too many streams are open', { remedy: 'retry' })
  idle.close(new NodeError('idle', 'another stream takes the place of this one', { remedy: 'retry' }))
}

type Subscriber = Parameters<LatestSource['subscribe']>[0]

/** One subscription to the hub for all observe requests: however many there are, they take one of its places. */
class SharedLatest implements LatestSource {
  readonly #source: LatestSource
  readonly #subscribers = new Set<Subscriber>()
  #cancel: Cancel | undefined

  constructor(source: LatestSource) {
    this.#source = source
  }

  latest(match: (series: SeriesParts) => boolean, authors?: readonly string[]): readonly LatestReading[] {
    return this.#source.latest(match, authors)
  }

  subscribe(subscriber: Subscriber): Cancel {
    this.#cancel ??= this.#source.subscribe({ match: () => true, onSealed: (event) => this.#deliver(event) })
    this.#subscribers.add(subscriber)
    return () => {
      this.#subscribers.delete(subscriber)
      if (this.#subscribers.size > 0) return
      this.#cancel?.()
      this.#cancel = undefined
    }
  }

  #deliver(event: FreshReadings): void {
    const names = new Set(event.fresh.map(({ series }) => series))
    const series = [...names].map(partsOfSeries)
    for (const { match, onSealed } of this.#subscribers) if (series.some(match)) onSealed(event)
  }
}
