import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { type Clock, withDeadline } from '../../clock.ts'
import { describeError, NodeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import type { Startable } from '../../startable.ts'
import { UNPAIR_PROTOCOL } from './constants.ts'

export interface UnpairListenerComponents {
  readonly network: Pick<Libp2p, 'handle' | 'unhandle'>
  readonly clock: Clock
  readonly log: Log
  /** Whether a peer is in the book, and not denied. */
  readonly isKnown: (peer: string) => boolean
  /** A peer of the book says that this node is in its book no longer. */
  readonly heard: (peer: string) => void
}

/** Milliseconds for one message. */
const DEADLINE = 3_000
/** Streams of one connection that are answered at a time. */
const MAX_STREAMS = 1

/** Hears of peers that this node is in their books no longer; what it does then is its own decision. */
export class UnpairListener implements Startable {
  readonly name = 'unpair'
  readonly #components: UnpairListenerComponents

  constructor(components: UnpairListenerComponents) {
    this.#components = components
  }

  async start(): Promise<void> {
    await this.#components.network.handle(UNPAIR_PROTOCOL, this.#handle, {
      maxInboundStreams: MAX_STREAMS,
      runOnLimitedConnection: true
    })
  }

  async stop(): Promise<void> {
    const { network, log } = this.#components
    await network.unhandle(UNPAIR_PROTOCOL).catch((error: unknown) => log.debug(describeError(error)))
  }

  /** Never throws: libp2p hands that to the process (docs/network.md trap 9). */
  readonly #handle = (stream: Stream, connection: Connection): void => {
    this.#answer(stream, connection).catch((error: unknown) =>
      stream.abort(error instanceof Error ? error : new Error(String(error)))
    )
  }

  async #answer(stream: Stream, { remotePeer }: Connection): Promise<void> {
    const { clock, isKnown, heard } = this.#components
    const peer = remotePeer.toString()
    if (!isKnown(peer)) throw new NodeError('denied', 'only peers of the book are heard')
    // Loaded when the first comes.
    const { PairStream } = await import('./pair-stream.ts')
    const frames = new PairStream(stream, clock, DEADLINE)
    await frames.receive('unpaired')
    heard(peer)
    await frames.send('heard', { heard: true })
    frames.close()
  }
}

/**
 * Tells a peer that it is in our book no longer.
 * @throws NodeError 'deadline', 'link-broken', 'bad-frame'; libp2p's error where it does not speak the protocol
 */
export async function tellUnpaired(connection: Connection, clock: Clock, signal: AbortSignal): Promise<void> {
  const work = async (inner: AbortSignal): Promise<void> => {
    const { PairStream } = await import('./pair-stream.ts')
    const options = { signal: inner, runOnLimitedConnection: true }
    const frames = new PairStream(await connection.newStream(UNPAIR_PROTOCOL, options), clock, DEADLINE)
    await frames.send('unpaired', { unpaired: true })
    await frames.receive('heard')
    frames.close()
  }
  await withDeadline(clock, DEADLINE, 'telling the other side', work, signal)
}
