import type { Connection, Stream } from '@libp2p/interface'
import { type Clock, withDeadline } from '../../clock.ts'
import { isNodeError } from '../../error.ts'
import { firstFrame, sendFrame } from '../circuit/first-frame.ts'
import { Refused } from './check-open.ts'
import { decodeStatus, encodeOpen, type Open, type Refusal } from './codec.ts'
import { MAX_FRAME_BYTES, STATUS_DEADLINE, VIA_PROTOCOL } from './constants.ts'

/** A status with an error, as it came from the next peer. */
export class RefusedBeyond extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.text)
    this.refusal = refusal
  }
}

/**
 * Opens the protocol to the next peer of a path and waits for its status.
 * @returns the stream, held: what comes next on it are the bytes of the circuit
 * @throws Refused for what we found, RefusedBeyond for what the path answered; the signal's reason
 */
export async function openOnward(
  connection: Connection,
  open: Open,
  clock: Clock,
  signal: AbortSignal
): Promise<Stream> {
  const deadline = STATUS_DEADLINE * (open.to.length + 1)
  let stream: Stream | undefined
  try {
    return await withDeadline(
      clock,
      deadline,
      `a circuit through ${connection.remotePeer}`,
      async (limited) => {
        stream = await connection.newStream(VIA_PROTOCOL, { signal: limited })
        if (limited.aborted) {
          stream.abort(limited.reason)
          throw limited.reason
        }
        sendFrame(stream, encodeOpen(open))
        const refusal = decodeStatus(await firstFrame(stream, MAX_FRAME_BYTES, limited))
        if (refusal !== undefined) throw new RefusedBeyond(refusal)
        return stream
      },
      signal
    )
  } catch (error) {
    stream?.abort(error as Error)
    signal.throwIfAborted()
    throw asRefused(error)
  }
}

function asRefused(error: unknown): Error {
  if (error instanceof RefusedBeyond || error instanceof Refused) return error
  if (isNodeError(error, 'deadline')) return new Refused('timeout', 'the next peer does not answer')
  if (isNodeError(error, 'bad-frame'))
    return new Refused('no-such', 'the next peer answers with what does not parse')
  if ((error as Error).name === 'UnsupportedProtocolError')
    return new Refused('no-such', 'the next peer carries no circuits')
  return new Refused('no-such', 'the next peer cannot be reached')
}
