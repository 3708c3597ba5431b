import type { StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'

/** What is used of a stream of @libp2p/yamux: how much of its receive window the peer may still send. */
interface WindowedStream {
  readonly recvWindow: number
  readonly recvWindowCapacity: number
  readonly state: number
  sendWindowUpdate(): void
}

/** StreamState of @libp2p/yamux. In the others an update carries a flag, or is withheld by the stream itself. */
const SYN_SENT = 1
const ESTABLISHED = 3

/** Methods of a muxer of @libp2p/yamux that a new stream passes through, ours and the peer's. */
interface StreamMaker extends StreamMuxer {
  onCreateStream(): WindowedStream
  onRemoteStream(stream: WindowedStream): void
}

/**
 * Lets streams return the receive window when half of it is used, as go-yamux and rust-yamux do, where @libp2p/yamux
 * sends a window update for each data frame (docs/network.md trap 27). A peer that is not paused always has half a
 * window, so it never waits for an update that does not come.
 */
export function spareWindowUpdates(factory: StreamMuxerFactory): StreamMuxerFactory {
  const create = factory.createStreamMuxer.bind(factory)
  factory.createStreamMuxer = (connection) => spared(create(connection) as StreamMaker)
  return factory
}

function spared(muxer: StreamMaker): StreamMaker {
  const onCreateStream = muxer.onCreateStream.bind(muxer)
  const onRemoteStream = muxer.onRemoteStream.bind(muxer)
  muxer.onCreateStream = () => atHalf(onCreateStream())
  muxer.onRemoteStream = (stream) => onRemoteStream(atHalf(stream))
  return muxer
}

function atHalf(stream: WindowedStream): WindowedStream {
  const sendWindowUpdate = stream.sendWindowUpdate.bind(stream)
  stream.sendWindowUpdate = () => {
    const open = stream.state === SYN_SENT || stream.state === ESTABLISHED
    if (!open || stream.recvWindowCapacity <= stream.recvWindow / 2) sendWindowUpdate()
  }
  return stream
}
