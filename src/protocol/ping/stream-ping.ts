import { randomBytes } from 'node:crypto'
import type { Connection, Stream, StreamMessageEvent } from '@libp2p/interface'
import type { Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import { STREAM_PING_BYTES, STREAM_PING_PROTOCOL } from './constants.ts'

/**
 * One round trip over libp2p's ping, in milliseconds with fractions; libp2p's own figure has none.
 * Opening the stream is not counted.
 * @throws NodeError 'ping-broken'; what opening a stream throws; the signal's reason
 */
export async function streamRoundTrip(
  connection: Connection,
  clock: Clock,
  signal: AbortSignal
): Promise<number> {
  const stream = await connection.newStream(STREAM_PING_PROTOCOL, { signal, runOnLimitedConnection: true })
  try {
    signal.throwIfAborted()
    const sent = randomBytes(STREAM_PING_BYTES)
    const back = echo(stream, sent, signal)
    const began = clock.monotonic()
    stream.send(sent)
    await back
    return clock.monotonic() - began
  } finally {
    stream.close({ signal }).catch((error: Error) => stream.abort(error))
  }
}

/** Resolves when the bytes are back. */
function echo(stream: Stream, sent: Uint8Array, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let came = 0
  const onMessage = (event: StreamMessageEvent): void => {
    const bytes = event.data.subarray()
    const expected = sent.subarray(came, came + bytes.length)
    if (Buffer.compare(bytes, expected) !== 0) reject(broken('other bytes came back'))
    came += bytes.length
    if (came === sent.length) resolve()
  }
  const onClose = (): void => reject(broken('the stream was closed'))
  const onAbort = (): void => reject(signal.reason)
  stream.addEventListener('message', onMessage)
  stream.addEventListener('close', onClose)
  signal.addEventListener('abort', onAbort)
  return promise.finally(() => {
    stream.removeEventListener('message', onMessage)
    stream.removeEventListener('close', onClose)
    signal.removeEventListener('abort', onAbort)
  })
}

function broken(why: string): NodeError {
  return new NodeError('ping-broken', `no answer to the ping: ${why}`, { remedy: 'retry' })
}
