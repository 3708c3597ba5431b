import { randomBytes } from 'node:crypto'
import type { Connection } from '@libp2p/interface'
import type { NodeConfig } from '../../config/schema.ts'
import { NodeError } from '../../error.ts'
import type { World } from '../../hal/world.ts'
import type { Log } from '../../log.ts'
import type { Access } from '../../peer/access/access.ts'
import type { LocalNetwork } from '../../peer/discovery/local-network.ts'
import {
  type Accept,
  type DatagramFlow,
  type DatagramLimits,
  type Datagrams,
  type DatagramsStatus,
  datagrams,
  type OpenOptions
} from '../../protocol/datagram/index.ts'
import type { PeerResolver } from '../peers/resolver.ts'
import type { Network } from './create-network.ts'

export interface DatagramsInit {
  readonly config: NodeConfig
  readonly world: World
  readonly log: Log
  readonly network: Network
  readonly local: LocalNetwork
  /** The best connection with a peer: the open one, and the one that is made where none will do. */
  readonly best: (peer: string) => Connection | undefined
  readonly connect: (peer: string, signal: AbortSignal) => Promise<Connection>
  readonly inBook: (peer: string) => boolean
  /** A node for one command leaves the configured port to the long-lived one. */
  readonly shortLived: boolean
}

/** The datagrams of a node; undefined where they are switched off. */
export function datagramsOf({
  config,
  world,
  log,
  network,
  local,
  best,
  connect,
  inBook,
  shortLived
}: DatagramsInit): Datagrams | undefined {
  const { enabled, port, ...limits } = config.datagrams
  if (!enabled) return undefined
  return datagrams({
    limits: { ...limits, ...forgeryLimits(limits, process.arch) },
    ...(port === 'tcp' || shortLived ? {} : { port })
  })({
    libp2p: network,
    best,
    connect,
    inBook,
    listening: () => network.services.components.transportManager.getAddrs(),
    sockets: world.datagrams,
    clock: world.clock,
    // Inputs of keys: never the seeded random numbers of a simulated world.
    random: (bytes) => randomBytes(bytes),
    log,
    onLink: (host) => local.isOwnSubnet(host)
  })
}

type Forgeries = 'failedOpens' | 'failedOpensOfNode'

/** Forged packets decrypted a second: as configured, else 1,000 under one key, on ARM 100 (docs/protocols.md section 13, "Packet"). */
export function forgeryLimits(
  { failedOpens, failedOpensOfNode }: Pick<NodeConfig['datagrams'], Forgeries>,
  arch: string
): Pick<DatagramLimits, Forgeries> {
  const ofArch = arch.startsWith('arm') ? 100 : 1000
  const ofKey = failedOpens === 'auto' ? ofArch : failedOpens
  return {
    failedOpens: ofKey,
    failedOpensOfNode: failedOpensOfNode === 'auto' ? 4 * ofKey : failedOpensOfNode
  }
}

/** The datagrams of a node as an application uses them. */
export class NodeDatagrams {
  readonly #datagrams: Datagrams | undefined
  readonly #resolver: PeerResolver
  readonly #access: Pick<Access, 'mayUse' | 'whileUsed'>

  /** @internal */
  constructor(
    datagrams: Datagrams | undefined,
    resolver: PeerResolver,
    access: Pick<Access, 'mayUse' | 'whileUsed'>
  ) {
    this.#datagrams = datagrams
    this.#resolver = resolver
    this.#access = access
  }

  /**
   * Takes the flows of a protocol that others open, in place of the handler before. `accept` returns
   * what receives the datagrams of a flow, or undefined to refuse it.
   * @param options anyone: answers strangers too; only the book, the local network and who is granted `read` on it unless given
   * @throws NodeError 'unsupported'
   */
  handle(protocol: string, accept: Accept, { anyone = false }: { readonly anyone?: boolean } = {}): void {
    const admitted: Accept = (flow) => {
      if (!this.#access.mayUse(flow, protocol, anyone)) return undefined
      const receive = accept(flow)
      // The facts of the flow follow its connection.
      if (receive !== undefined)
        flow.onEnd(this.#access.whileUsed(flow, protocol, () => flow.close(), anyone))
      return receive
    }
    requiredDatagrams(this.#datagrams).handle(protocol, admitted)
  }

  /** Ports, peers and counts; undefined where datagrams are switched off. */
  status(): DatagramsStatus | undefined {
    return this.#datagrams?.status()
  }

  /** Refuses new flows of that name; those that are open stay. */
  unhandle(protocol: string): void {
    this.#datagrams?.unhandle(protocol)
  }

  /**
   * Opens a flow to WHO on the first of the protocols, given newest first, that the other side handles.
   * `flow.onCarrier` and `flow.onEnd` report a path that was lost.
   * @throws NodeError nobody-found, ambiguous, unreachable, 'unsupported', 'datagram-unsupported' and what
   *   else Datagrams.open does
   */
  async open(who: string, protocols: readonly string[], options: OpenOptions): Promise<DatagramFlow> {
    const datagrams = requiredDatagrams(this.#datagrams)
    const signal = options.signal ?? new AbortController().signal
    const target = await this.#resolver.one(who, signal)
    await this.#resolver.connect(target, signal)
    return await datagrams.open(target.peer, protocols, options)
  }
}

/** @throws NodeError 'unsupported' where datagrams are switched off */
export function requiredDatagrams<T>(datagrams: T | undefined): T {
  if (datagrams !== undefined) return datagrams
  throw new NodeError('unsupported', 'datagrams are switched off on this node', {
    hint: 'set datagrams.enabled to true in its configuration, or use streams'
  })
}
