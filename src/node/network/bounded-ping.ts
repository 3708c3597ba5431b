import type { Stream } from '@libp2p/interface'
import { type Ping, ping } from '@libp2p/ping'
import type { Clock } from '../../clock.ts'
import { abortAfter } from '../../protocol/abort-after.ts'

/** Milliseconds that a stream of pings may last, as in @libp2p/ping. */
const TIMEOUT = 10_000

/**
 * libp2p's ping with an answer of our own: @libp2p/ping gathers what comes while the peer does not read, without
 * bound (docs/network.md trap 21). This one resets the stream once more waits than a stream may buffer.
 */
export function boundedPing(clock: Clock): (components: unknown) => Ping {
  return (components) => {
    const service = (ping() as unknown as (components: unknown) => Ping)(components)
    return Object.assign(service, { handlePing: (stream: Stream) => echo(stream, clock) })
  }
}

function echo(stream: Stream, clock: Clock): void {
  abortAfter(stream, clock, TIMEOUT, new Error('the pings lasted too long'))
  stream.addEventListener('message', ({ data }) => {
    try {
      if (stream.status === 'open') stream.send(data)
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(String(error)))
    }
  })
  stream.addEventListener('remoteCloseWrite', () => {
    stream.close().catch((error: Error) => stream.abort(error))
  })
}
