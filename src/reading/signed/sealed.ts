import type { Reading } from '../reading.ts'

/** A pack or a block whose seal was verified, or is our own, with its readings. The bytes stay as signed. */
export interface SealedReadings {
  readonly kind: 'pack' | 'block'
  /** The ProtocolName it belongs to. */
  readonly topic: string
  /** PeerId of the signer, which measured them. */
  readonly author: string
  readonly bytes: Uint8Array
  readonly readings: readonly Reading[]
  /** Why some of the readings are faults `bad-record`; absent where every record is good. */
  readonly flaws?: readonly string[]
}

/** How readings arrived: measured here, by gossip, by an operation of a query, or by datagram. */
export type ReceivedBy = 'own' | 'gossip' | 'observe' | 'read' | 'history' | 'datagram'
