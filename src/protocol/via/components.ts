import type { Connection } from '@libp2p/interface'
import type { Clock } from '../../clock.ts'
import type { CircuitNetwork, CircuitUpgrader } from '../circuit/components.ts'
import type { ViaLimits } from './limits.ts'

export interface ViaComponents {
  readonly network: CircuitNetwork
  readonly upgrader: CircuitUpgrader
  readonly clock: Clock
}

/** What the owner allows. */
export interface ViaPolicy {
  /** Whether circuits are carried for the peer of a direct connection, and to it. */
  readonly serves: (connection: Connection) => boolean
  /** Whether circuits from this peer may end here. */
  readonly accepts: (peer: string) => boolean
  readonly inBook: (peer: string) => boolean
}

export interface ViaInit extends ViaPolicy {
  /** Whether the protocol is handled: whether anybody can be served or accepted. */
  readonly isOffered: boolean
  readonly limits: ViaLimits
}
