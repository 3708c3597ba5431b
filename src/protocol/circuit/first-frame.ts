import type { Stream, StreamMessageEvent } from '@libp2p/interface'
import { concatBytes } from '../../cbor/bytes.ts'
import { NodeError } from '../../error.ts'
import { badFrame, prefixed } from '../frame-splitter.ts'

/**
 * What is used of a stream of @libp2p/yamux beside its public face. resume() of that hands on what is buffered and
 * grants a window whatever the listener says meanwhile, so that twice the window could be held.
 */
interface FlowControlled {
  readonly streamId: number
  /** Bytes of the whole receive window, and those that the sender may still send. */
  readonly recvWindow: number
  recvWindowCapacity: number
  sendPause(): void
  sendResume(): void
  sendFrame(header: { type: number; flag: number; streamID: number; length: number }): void
}

/** Type of a frame: the yamux specification, Framing. */
const WINDOW_UPDATE = 1

/** Grants the sender no more until release(), but by grant(). */
export function hold(stream: Stream): void {
  if (stream.status === 'open') flowOf(stream).sendPause()
}

/** Lets the sender go on, by the rule for streams that are not held (window-updates.ts). */
export function release(stream: Stream): void {
  if (stream.status === 'open' && stream.remoteWriteStatus !== 'closed') flowOf(stream).sendResume()
}

/** Grants the sender of a held stream what was passed on, once that is half a window. @param waiting bytes that were not */
export function grant(stream: Stream, waiting: number): void {
  const flow = flowOf(stream)
  const passed = flow.recvWindow - flow.recvWindowCapacity - waiting
  if (stream.status !== 'open' || stream.remoteWriteStatus === 'closed' || passed < flow.recvWindow / 2)
    return
  flow.recvWindowCapacity += passed
  flow.sendFrame({ type: WINDOW_UPDATE, flag: 0, streamID: flow.streamId, length: passed })
}

function flowOf(stream: Stream): FlowControlled {
  return stream as unknown as FlowControlled
}

/**
 * The frame that a stream begins with. What follows stays in the stream, which is held.
 * @param maxBytes of the frame, its length not counted; below 16,384
 * @throws NodeError 'bad-frame', 'link-broken'; the signal's reason
 */
export function firstFrame(stream: Stream, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  let held: Uint8Array = new Uint8Array(0)
  const onMessage = ({ data }: StreamMessageEvent): void => {
    held = held.length === 0 ? data.subarray() : concatBytes(held, data.subarray())
    try {
      const bounds = frameBounds(held, maxBytes)
      if (bounds === undefined) return
      hold(stream)
      stream.removeEventListener('message', onMessage)
      if (held.length > bounds.end) stream.unshift(held.subarray(bounds.end))
      resolve(held.slice(bounds.start, bounds.end))
    } catch (error) {
      reject(error)
    }
  }
  const onClose = (): void =>
    reject(new NodeError('link-broken', 'the stream was closed', { remedy: 'retry' }))
  const onAbort = (): void => reject(signal.reason)
  stream.addEventListener('message', onMessage)
  stream.addEventListener('close', onClose)
  signal.addEventListener('abort', onAbort)
  if (stream.status !== 'open') onClose()
  if (signal.aborted) onAbort()
  return promise.finally(() => {
    stream.removeEventListener('message', onMessage)
    stream.removeEventListener('close', onClose)
    signal.removeEventListener('abort', onAbort)
  })
}

/** @throws what send() of a closed stream throws */
export function sendFrame(stream: Stream, frame: Uint8Array): void {
  stream.send(prefixed(frame))
}

/** Where the first frame lies; undefined where more must come. A length takes two bytes at most. */
function frameBounds(bytes: Uint8Array, maxBytes: number): { start: number; end: number } | undefined {
  const [first, second] = bytes
  if (first === undefined) return undefined
  if (first === 0) throw badFrame('it is empty')
  if (first < 0x80) return within(bytes, 1, first, maxBytes)
  if (second === undefined) return undefined
  if (second === 0) throw badFrame('its length is not minimal')
  if (second >= 0x80) throw badFrame('its length is too long')
  return within(bytes, 2, (first & 0x7f) + second * 0x80, maxBytes)
}

function within(
  bytes: Uint8Array,
  start: number,
  length: number,
  maxBytes: number
): { start: number; end: number } | undefined {
  if (length > maxBytes) throw badFrame(`it is longer than ${maxBytes} bytes`)
  return bytes.length < start + length ? undefined : { start, end: start + length }
}
