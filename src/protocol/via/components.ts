import type { Connection, Libp2p, MultiaddrConnection } from '@libp2p/interface'
import type { Clock } from '../../clock.ts'
import type { ViaLimits } from './limits.ts'

/** What is used of libp2p's upgrader. */
export interface CircuitUpgrader {
  upgradeOutbound(connection: MultiaddrConnection, options: UpgradeOptions): Promise<Connection>
  upgradeInbound(connection: MultiaddrConnection, options: UpgradeOptions): Promise<void>
}

export interface UpgradeOptions {
  /** Empty: gossip and topologies keep off the connection, and a direct dial still dials (docs/network.md trap 23). */
  readonly limits: Record<string, never>
  readonly signal: AbortSignal
}

export type ViaNetwork = Pick<
  Libp2p,
  'peerId' | 'handle' | 'unhandle' | 'getConnections' | 'addEventListener' | 'removeEventListener'
>

export interface ViaComponents {
  readonly network: ViaNetwork
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
