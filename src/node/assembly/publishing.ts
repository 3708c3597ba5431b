import type { PeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import { CataloguePublisher, type Gossip, gossip } from '../../protocol/gossip/index.ts'
import { META_TOPIC } from '../../protocol/protocol-registry.ts'
import type { Network } from '../network/create-network.ts'
import { Publisher } from '../readings/publisher.ts'
import type { Components, Publishing } from './components.ts'
import { sealOwnCatalogue } from './own-catalogue.ts'

type Needs = Pick<
  Components,
  | 'init'
  | 'live'
  | 'protocols'
  | 'transports'
  | 'peers'
  | 'clients'
  | 'timekeeper'
  | 'storage'
  | 'replication'
>

/** What is made afterwards, because it needs the publisher; available once the node starts. */
type Measuring = () => Pick<Components, 'sensing' | 'switches'>

export function createPublishing(components: Needs, measuring: Measuring): Publishing {
  const { config, world } = components.init
  const { history, hub } = components.storage
  const service = createGossip(components, measuring)
  const cataloguePublisher = new CataloguePublisher({
    clock: world.clock,
    period: config.limits.catalogue.period,
    gather: config.limits.catalogue.gather,
    seal: (revision, view) => sealOwnCatalogue({ ...components, ...measuring() }, revision, view),
    publish: (bytes) => service.publish(META_TOPIC, bytes)
  })
  const publisher = new Publisher({ hub, history, catalogue: cataloguePublisher, gossip: service })
  return { gossip: service, cataloguePublisher, publisher }
}

function createGossip(
  { init, protocols, transports, peers, clients, timekeeper, storage, replication }: Needs,
  measuring: Measuring
): Gossip {
  const { catalogues, admission, forwarding } = peers
  const { config, world, log, identity } = init
  // A node that only publishes subscribes to catalogues alone, until listenToAll() is called.
  const topics = config.forward !== 'off' ? protocols.registry.ids() : [META_TOPIC]
  return gossip({ rates: config.limits.gossip, topics })({
    pubsub: transports.network.services.pubsub,
    registry: protocols.registry,
    self: identity.peer,
    clock: world.clock,
    log,
    verifier: clients.verifier,
    admits: (author, source) => admission.admits(author, source),
    passes: (source, to) => !admission.denies(to) && (source === undefined || forwarding.passes(source, to)),
    freshness: {
      position: (series) => storage.hub.position(series),
      knownTime: () => timekeeper.now()
    },
    isStored: (author) => peers.storePolicy.keepsOf(author),
    isKnown: (author) =>
      storage.hub.hasAuthor(author) || catalogues.get(author) !== undefined || peers.isProtected(author),
    isNewer: (sealed) => catalogues.isNewer(sealed),
    hangUp: (peer) => hangUp(transports.network, peerIdFromString(peer), log),
    receive: {
      pack: (sealed) => replication.intake.receive(sealed, 'gossip'),
      late: (sealed) => replication.intake.receive(sealed, 'gossip'),
      catalogue: (sealed, source) => void catalogues.put(sealed, source),
      ownRun: (run) => measuring().sensing.author().raise(run)
    }
  })
}

/** Subscribes to every topic until the returned function is called. */
export function listenToAll({
  protocols: { registry },
  publishing: { gossip }
}: Pick<Components, 'protocols' | 'publishing'>): () => void {
  const cancels = registry.ids().map((topic) => gossip.subscribe(topic))
  return () => {
    for (const cancel of cancels) cancel()
  }
}

/** A peer whose gossip exceeds every rate is refused for a minute, so that it does not begin again at once. */
function hangUp(network: Network, peer: PeerId, log: Log): void {
  network.services.guard.ban(peer, 'sends more subscriptions and control messages of gossip than it may')
  network.hangUp(peer).catch((error: unknown) => log.debug(`hanging up on ${peer}: ${describeError(error)}`))
}
