import type { Connection, ConnectionLimits, Libp2p, MultiaddrConnection } from '@libp2p/interface'
import { isDirect } from '../../direct.ts'

/** What is used of libp2p's upgrader. */
export interface CircuitUpgrader {
  upgradeOutbound(connection: MultiaddrConnection, options: UpgradeOptions): Promise<Connection>
  upgradeInbound(connection: MultiaddrConnection, options: UpgradeOptions): Promise<void>
}

export interface UpgradeOptions {
  /** Always given: gossip and topologies keep off the connection, and a direct dial still dials (docs/network.md trap 23). */
  readonly limits: ConnectionLimits
  readonly signal: AbortSignal
}

export type CircuitNetwork = Pick<
  Libp2p,
  'peerId' | 'handle' | 'unhandle' | 'getConnections' | 'addEventListener' | 'removeEventListener'
>

/** Our direct connection to a peer, if there is one. */
export function directConnection(
  network: Pick<CircuitNetwork, 'getConnections'>,
  peer: string
): Connection | undefined {
  return network
    .getConnections()
    .find((one) => one.remotePeer.toString() === peer && one.status === 'open' && isDirect(one))
}
