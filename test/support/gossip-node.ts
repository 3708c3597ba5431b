import type { GossipsubOpts } from '@libp2p/gossipsub'
import { RPC } from '@libp2p/gossipsub/message'
import { peerIdFromString } from '@libp2p/peer-id'
import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'
import type { Network } from '../../src/node/network/create-network.ts'
import {
  CatalogueTable,
  type Gossip,
  type GossipReceiver,
  gossip,
  gossipOptions
} from '../../src/protocol/gossip/index.ts'
import { ProtocolRegistry, sensorProtocols } from '../../src/protocol/protocol-registry.ts'
import type { Run } from '../../src/reading/run.ts'
import { SealVerifier } from '../../src/reading/signed/seal-verify.ts'
import type { SealedReadings } from '../../src/reading/signed/sealed.ts'
import { keptLog } from './history.ts'
import { memoryNetwork } from './memory-network.ts'
import { allQuantities } from './readings.ts'
import { until } from './until.ts'

/** What is wanted of gossipsub's inside. */
interface Inside {
  readonly streamsOutbound: ReadonlyMap<string, { push(bytes: Uint8Array): void }>
  readonly mesh: ReadonlyMap<string, ReadonlySet<string>>
  acceptFrom(peer: string): boolean
  getScore(peer: string): number
}

export const rates = {
  sourceRate: 200,
  sourceBurst: 400,
  authorRate: 5,
  authorBurst: 20,
  newAuthorRate: 1,
  newAuthorBurst: 64,
  authors: 64,
  sources: 64,
  verified: 256,
  floodPeriod: 60_000,
  floodMin: 100
}
const registry = new ProtocolRegistry(sensorProtocols, allQuantities)

/** A node that does nothing but gossip, over the memory of this process. */
export class GossipNode {
  readonly network: Network
  readonly gossip: Gossip
  readonly packs: SealedReadings[] = []
  readonly late: SealedReadings[] = []
  readonly ownRuns: Run[] = []
  readonly stored = new Set<string>()
  /** Pairs of peers between whom nothing is passed on. */
  readonly separate: [string, string][] = []
  /** Unix seconds; undefined where the clock is not known to be right. */
  knownTime: number | undefined
  readonly log = keptLog()
  /** Peers that were disconnected for what they sent. */
  readonly hangUps: string[] = []
  readonly catalogues = new CatalogueTable({ bytes: 2 ** 20, authors: 16 })
  foreignSenders = 0

  private constructor(network: Network, self: string, receiver: Partial<GossipReceiver>) {
    this.network = network
    this.gossip = gossip({ rates })({
      pubsub: network.services.pubsub,
      registry,
      self,
      // It stands still: no bucket fills up again while a machine is slow.
      clock: new VirtualClock(),
      log: this.log,
      verifier: new SealVerifier(),
      admits: () => true,
      passes: (source, to) =>
        !this.separate.some((pair) => pair.includes(source ?? self) && pair.includes(to)),
      isStored: (author) => this.stored.has(author),
      isKnown: (author) => this.#isKnown(author),
      freshness: { position: (series) => this.#position(series), knownTime: () => this.knownTime },
      isNewer: (sealed) => this.catalogues.isNewer(sealed),
      hangUp: (peer) => {
        this.hangUps.push(peer)
        network.hangUp(peerIdFromString(peer)).catch(() => undefined)
      },
      receive: {
        pack: (sealed) => this.packs.push(sealed),
        late: (sealed) => this.late.push(sealed),
        catalogue: (sealed) => this.catalogues.put(sealed),
        ownRun: ({ epoch, boot }) => this.ownRuns.push({ epoch, boot }),
        ...receiver
      }
    })
  }

  static async start(
    options: { self?: string; receiver?: Partial<GossipReceiver>; gossip?: Partial<GossipsubOpts> } = {}
  ): Promise<GossipNode> {
    let foreign = (): void => undefined
    const network = await memoryNetwork({
      ...gossipOptions(registry.ids(), {
        maxInboundDataLength: 1_048_576,
        onForeignSender: () => foreign()
      }),
      heartbeatInterval: 100,
      ...options.gossip
    })
    const node = new GossipNode(network, options.self ?? network.peerId.toString(), options.receiver ?? {})
    foreign = () => {
      node.foreignSenders += 1
    }
    node.gossip.start()
    return node
  }

  get peer(): string {
    return this.network.peerId.toString()
  }

  get inside(): Inside {
    return this.network.services.pubsub as unknown as Inside
  }

  count(name: string): number {
    return this.gossip.counters()[name] ?? 0
  }

  /** Connects and waits until both are in each other's mesh of the topic. */
  async join(other: GossipNode, topic: string): Promise<void> {
    await this.network.dial(other.network.getMultiaddrs())
    await until(() => this.#meshes(topic).has(other.peer) && other.#meshes(topic).has(this.peer))
  }

  /** Sends an RPC as no honest node does. */
  injectRpc(to: GossipNode, bytes: Uint8Array): void {
    this.inside.streamsOutbound.get(to.peer)?.push(bytes)
  }

  /** Sends a message as no honest node does. */
  inject(to: GossipNode, message: Partial<RPC.Message> & { topic: string }): void {
    this.injectRpc(to, RPC.encode({ subscriptions: [], messages: [message] }))
  }

  async stop(): Promise<void> {
    this.gossip.stop()
    await this.network.stop()
  }

  #isKnown(author: string): boolean {
    return this.catalogues.get(author) !== undefined || this.packs.some((pack) => pack.author === author)
  }

  #meshes(topic: string): ReadonlySet<string> {
    return this.inside.mesh.get(topic) ?? new Set()
  }

  #position(series: string): SealedReadings['readings'][number]['position'] | undefined {
    return this.packs.flatMap(({ readings }) => readings).findLast((reading) => reading.series === series)
      ?.position
  }
}
