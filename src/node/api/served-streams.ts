import { randomUUID } from 'node:crypto'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import type { Cancel, Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import { Notifier } from '../../notifier.ts'
import { duplexOf } from '../network/streams/stream-duplex.ts'
import { StreamPlaces } from '../network/streams/stream-places.ts'
import type { ServeLimits } from './limits.ts'
import type { IncomingStream, PeerStream, ServeEvent, ServeRequest } from './operations.ts'
import { checkProtocolName } from './pipe.ts'

export interface ServedStreamsInit {
  readonly network: Pick<Libp2p, 'handle' | 'unhandle' | 'getProtocols'>
  readonly clock: Clock
  readonly limits: ServeLimits
  /** Streams that one peer may hold open on one protocol. */
  readonly perPeer: number
  readonly inBook: (peer: string) => boolean
  readonly allows: (connection: Connection, allow: Allow, protocol: string) => boolean
  /** Calls `end` once that peer is not allowed any more, until the returned function is called. */
  readonly whileAllowed: (
    connection: Connection,
    allow: Allow,
    protocol: string,
    end: () => void
  ) => () => void
  readonly namesOf: (peer: string) => Pick<IncomingStream, 'who' | 'name'>
}

type Allow = 'book' | 'near'

interface Waiting {
  readonly stream: Stream
  readonly peer: string
  readonly used: () => void
  readonly cancel: Cancel
}

/** One serve: its streams that are open, and those that it has not named yet. */
interface Serving {
  readonly open: Set<Stream>
  readonly places: StreamPlaces
  /** By id; at most as many as are open. */
  readonly unnamed: Map<string, IncomingStream>
  readonly changed: Notifier
}

/** Streams on protocols that programs of this machine serve: each waits until a program takes it. */
export class ServedStreams {
  readonly #init: ServedStreamsInit
  /** By id; at most `programs` of each serve. */
  readonly #waiting = new Map<string, Waiting>()

  constructor(init: ServedStreamsInit) {
    this.#init = init
  }

  async *serve(
    { protocols, allow = 'book' }: ServeRequest,
    signal: AbortSignal
  ): AsyncGenerator<ServeEvent, void, void> {
    const { network, limits, perPeer, clock, inBook } = this.#init
    this.#check(protocols)
    const serving: Serving = {
      open: new Set(),
      places: new StreamPlaces({
        clock,
        places: limits.programs,
        perPeer: limits.programsPerPeer,
        inBook
      }),
      unnamed: new Map(),
      changed: new Notifier()
    }
    // Another serve may be faster: its handler stays.
    const handled: string[] = []
    const wake = (): void => serving.changed.notify()
    signal.addEventListener('abort', wake, { once: true })
    const onStream = (stream: Stream, connection: Connection): void => {
      if (!this.#init.allows(connection, allow, stream.protocol)) {
        stream.abort(new Error('this peer is not answered'))
        return
      }
      if (!this.#take(serving, stream, connection)) return
      const end = (): void => stream.abort(new Error('the right to use this protocol was taken away'))
      stream.addEventListener('close', this.#init.whileAllowed(connection, allow, stream.protocol, end))
    }
    const options = {
      maxInboundStreams: perPeer,
      maxOutboundStreams: perPeer,
      runOnLimitedConnection: true
    }
    try {
      for (const protocol of protocols) {
        await network.handle(protocol, onStream, options)
        handled.push(protocol)
      }
      yield { serving: [...protocols], programs: limits.programs }
      while (!signal.aborted) {
        const [next] = serving.unnamed.values()
        if (next === undefined) await serving.changed.wait()
        else {
          serving.unnamed.delete(next.id)
          yield next
        }
      }
    } finally {
      signal.removeEventListener('abort', wake)
      for (const protocol of handled) await network.unhandle(protocol)
      for (const stream of serving.open) stream.abort(new Error('it is served no longer'))
    }
  }

  /** @throws NodeError 'gone' */
  accept(id: string): PeerStream {
    const waiting = this.#waiting.get(id)
    this.#forget(id)
    if (waiting === undefined || waiting.stream.status !== 'open')
      throw new NodeError('gone', 'the stream has ended or was taken', { remedy: 'retry' })
    const { stream, peer, used } = waiting
    return { peer, protocol: stream.protocol, bytes: duplexOf(stream, used) }
  }

  /** @throws NodeError 'protocol-name', 'protocol-taken' */
  #check(protocols: readonly string[]): void {
    const taken = new Set(this.#init.network.getProtocols())
    for (const protocol of protocols) {
      checkProtocolName(protocol)
      if (taken.has(protocol)) throw new NodeError('protocol-taken', `${protocol} is handled already`)
      taken.add(protocol)
    }
  }

  /** Never throws: libp2p handles no error of a stream handler (docs/network.md trap 9). @returns whether it has a place */
  #take(serving: Serving, stream: Stream, connection: Connection): boolean {
    const { clock, limits, namesOf } = this.#init
    const peer = connection.remotePeer.toString()
    const used = serving.places.take(stream, peer)
    if (used === undefined) return false
    // Nobody reads until a program takes it: a window that goes on opening fills the buffer, which resets the stream.
    if (stream.readStatus === 'readable') stream.pause()
    const id = randomUUID()
    const cancel = clock.after(limits.accept, () => {
      this.#waiting.delete(id)
      stream.abort(new Error('no program took it'))
    })
    serving.open.add(stream)
    stream.addEventListener('close', () => {
      serving.open.delete(stream)
      serving.unnamed.delete(id)
      this.#forget(id)
    })
    this.#waiting.set(id, { stream, peer, used, cancel })
    serving.unnamed.set(id, { id, peer, ...namesOf(peer), protocol: stream.protocol })
    serving.changed.notify()
    return true
  }

  #forget(id: string): void {
    this.#waiting.get(id)?.cancel()
    this.#waiting.delete(id)
  }
}
