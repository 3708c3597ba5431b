import type { Connection, Stream } from '@libp2p/interface'
import { type Clock, withDeadline } from '../../clock.ts'
import { firstFrame, sendFrame } from '../circuit/first-frame.ts'
import { decodeMessage, encodeMessage, type hopMessage, type RelayMessage } from './codec.ts'
import { MAX_MESSAGE_BYTES, Status } from './constants.ts'

type Shape = typeof hopMessage

export interface Exchange {
  readonly connection: Connection
  readonly protocol: string
  readonly shape: Shape
  readonly clock: Clock
  /** Milliseconds. */
  readonly deadline: number
}

/** A status other than OK. */
export class RelayRefused extends Error {
  readonly status: number

  constructor(status: number) {
    super(REFUSALS.get(status) ?? `it answers with status ${status}`)
    this.name = 'RelayRefused'
    this.status = status
  }
}

const REFUSALS: ReadonlyMap<number, string> = new Map([
  [Status.reservationRefused, 'it has no room for another reservation'],
  [Status.resourceLimit, 'it carries as many circuits as it may'],
  [Status.permissionDenied, 'it does not serve this node'],
  [Status.connectionFailed, 'it cannot reach the other end'],
  [Status.noReservation, 'the other end has no reservation there'],
  [Status.malformedMessage, 'it takes our message for malformed'],
  [Status.unexpectedMessage, 'it did not expect our message']
])

/**
 * Opens a stream, sends one message and waits for the one that answers it.
 * @returns the stream, held: what comes next on it is not read yet
 * @throws RelayRefused, NodeError 'deadline', 'bad-frame', 'link-broken'; what opening throws; the signal's reason
 */
export async function exchange(
  { connection, protocol, shape, clock, deadline }: Exchange,
  message: RelayMessage,
  signal: AbortSignal
): Promise<{ readonly stream: Stream; readonly answer: RelayMessage }> {
  let stream: Stream | undefined
  const work = async (limited: AbortSignal) => {
    stream = await connection.newStream(protocol, { signal: limited })
    // It came too late: nobody takes it any more.
    if (limited.aborted) {
      stream.abort(limited.reason)
      throw limited.reason
    }
    sendFrame(stream, encodeMessage(shape, message))
    const answer = await readMessage(stream, shape, limited)
    if (answer.status !== Status.ok) throw new RelayRefused(answer.status ?? 0)
    return { stream, answer }
  }
  try {
    return await withDeadline(clock, deadline, `${connection.remotePeer}`, work, signal)
  } catch (error) {
    stream?.abort(error as Error)
    throw error
  }
}

/** @throws NodeError 'bad-frame', 'link-broken'; the signal's reason */
export async function readMessage(stream: Stream, shape: Shape, signal: AbortSignal): Promise<RelayMessage> {
  return decodeMessage(shape, await firstFrame(stream, MAX_MESSAGE_BYTES, signal))
}

export function sendMessage(stream: Stream, shape: Shape, message: RelayMessage): void {
  sendFrame(stream, encodeMessage(shape, message))
}
