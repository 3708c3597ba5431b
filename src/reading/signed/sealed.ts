import type { Reading } from '../reading.ts'

/** A pack or a block whose seal was verified (or made by us), with what it says. The bytes are never made again. */
export interface SealedReadings {
  readonly kind: 'pack' | 'block'
  /** The ProtocolName it belongs to. */
  readonly topic: string
  /** PeerId of the signer, who measured. */
  readonly author: string
  readonly bytes: Uint8Array
  readonly readings: readonly Reading[]
}

/** By which door readings came in. */
export type Door = 'own' | 'gossip' | 'observe' | 'read' | 'history' | 'datagram'
