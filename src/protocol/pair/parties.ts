import type { Connection } from '@libp2p/interface'
import { concatBytes } from '../../cbor/bytes.ts'
import { NodeError } from '../../error.ts'
import { multihashOfPeer } from '../../reading/series.ts'
import type { Frames } from './codec.ts'
import { PAIR_PROTOCOL } from './constants.ts'
import type { CpaceInput, CpaceMessage } from './cpace.ts'
import { lengthened } from './cpace.ts'

/** The two that pair, by their multihashes: I opened the stream, R has the code open. */
export interface Parties {
  readonly initiator: Uint8Array
  readonly responder: Uint8Array
}

export interface Nonces {
  readonly initiator: Uint8Array
  readonly responder: Uint8Array
}

/** @param self our PeerId */
export function partiesOf(
  { remotePeer }: Connection,
  self: string,
  role: 'initiator' | 'responder'
): Parties {
  const own = multihashOfPeer(self)
  if (own === undefined) throw new NodeError('bad-peer', `${self} is not a PeerId`)
  const other = remotePeer.toMultihash().bytes
  return role === 'initiator' ? { initiator: own, responder: other } : { initiator: other, responder: own }
}

/**
 * What goes into CPace. The PeerIds are those of the connection, which Noise proved: whoever stands between the two
 * has a PeerId of its own, and makes them come to different keys.
 */
export function cpaceInput(code: string, { initiator, responder }: Parties, nonces: Nonces): CpaceInput {
  return {
    code: Buffer.from(code),
    channel: lengthened(Buffer.from(PAIR_PROTOCOL), initiator, responder),
    session: concatBytes(nonces.initiator, nonces.responder)
  }
}

/** The data that goes along with a share: who sends it, so that no message of one is one of the other, and its name. */
export function dataOf(sender: Uint8Array, name: string | undefined): Uint8Array {
  return lengthened(sender, Buffer.from(name ?? ''))
}

export function messageOf(sender: Uint8Array, { share, name }: Frames['share']): CpaceMessage {
  return { share, data: dataOf(sender, name) }
}
