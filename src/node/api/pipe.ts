import type { Connection, Stream } from '@libp2p/interface'
import { type Clock, withDeadline } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import { PROTOCOL_NAME } from '../../names.ts'
import { duplexOf } from '../network/streams/stream-duplex.ts'
import type { PeerResolver } from '../peers/resolver.ts'
import type { PeerStream, PipeRequest } from './operations.ts'

export interface PipeInit {
  readonly clock: Clock
  readonly resolver: PeerResolver
  readonly labelOf: (peer: string) => string
}

const DEFAULT_TIMEOUT = 10_000

/** Opens a stream on the first of the protocols that the other side speaks. */
export function pipe(
  { clock, resolver, labelOf }: PipeInit,
  { who, protocols, timeout = DEFAULT_TIMEOUT }: PipeRequest,
  signal: AbortSignal
): Promise<PeerStream> {
  for (const protocol of protocols) checkProtocolName(protocol)
  const open = async (inner: AbortSignal): Promise<PeerStream> => {
    const target = await resolver.one(who, inner)
    const connection = await resolver.connect(target, inner)
    const stream = await openStream(connection, protocols, labelOf(target.peer), inner)
    return { peer: target.peer, protocol: stream.protocol, bytes: duplexOf(stream) }
  }
  return withDeadline(clock, timeout, `opening a stream to ${who}`, open, signal)
}

/**
 * The first of the protocols, newest first, that the other side speaks.
 * @param label how the peer is shown
 * @throws NodeError 'no-common-protocol', what opening throws, the signal's reason
 */
export async function openStream(
  connection: Connection,
  protocols: readonly string[],
  label: string,
  signal: AbortSignal
): Promise<Stream> {
  try {
    return await connection.newStream([...protocols], { signal, runOnLimitedConnection: true })
  } catch (cause) {
    signal.throwIfAborted()
    if (!(cause instanceof Error) || cause.name !== 'UnsupportedProtocolError') throw cause
    throw new NodeError('no-common-protocol', `${label} speaks none of ${protocols.join(', ')}`, { cause })
  }
}

/** @throws NodeError 'protocol-name' */
export function checkProtocolName(protocol: string): void {
  if (PROTOCOL_NAME.test(protocol)) return
  throw new NodeError('protocol-name', `${JSON.stringify(protocol)} is not a ProtocolName`, {
    hint: 'namespaced and versioned, as in /chat/text/v1'
  })
}
