import { CataloguePublisher } from '../../protocol/gossip/catalogue-publisher.ts'
import { Gossip } from '../../protocol/gossip/gossip.ts'
import { META_TOPIC } from '../../protocol/protocol-registry.ts'
import type { Startable } from '../../startable.ts'
import { Publisher } from '../readings/publisher.ts'
import type { Components, Publishing, Sensing } from './components.ts'
import { sealOwnCatalogue } from './own-catalogue.ts'

type Needs = Pick<
  Components,
  'init' | 'protocols' | 'transports' | 'peers' | 'clients' | 'timekeeper' | 'storage' | 'replication'
>

/** @param sensing made afterwards, because it needs the publisher; available once the node starts */
export function createPublishing(components: Needs, sensing: () => Sensing): Publishing {
  const { config, world } = components.init
  const { history, hub } = components.storage
  const gossip = createGossip(components, sensing)
  const cataloguePublisher = new CataloguePublisher({
    clock: world.clock,
    period: config.limits.meta.period,
    gather: config.limits.meta.gather,
    seal: (revision, audience) => sealOwnCatalogue({ ...components, sensing: sensing() }, revision, audience),
    publish: (bytes) => gossip.publish(META_TOPIC, bytes)
  })
  const publisher = new Publisher({ hub, history, catalogue: cataloguePublisher, gossip })
  return { gossip, cataloguePublisher, publisher }
}

function createGossip(
  { init, protocols, transports, peers, clients, timekeeper, storage, replication }: Needs,
  sensing: () => Sensing
): Gossip {
  const { catalogues, admission } = peers
  const { config, world, log, identity } = init
  return new Gossip({
    pubsub: transports.network.services.pubsub,
    registry: protocols.registry,
    self: identity.peer,
    clock: world.clock,
    log,
    rates: config.limits.gossip,
    verifier: clients.verifier,
    admits: (author, source) => admission.admits(author, source),
    freshness: {
      position: (series) => storage.hub.position(series),
      believedTime: () => timekeeper.now()
    },
    isNewer: (sealed) => catalogues.isNewer(sealed),
    receive: {
      pack: (sealed) => replication.intake.receive(sealed, 'gossip'),
      late: (sealed) => replication.intake.receive(sealed, 'gossip'),
      catalogue: (sealed) => void catalogues.put(sealed),
      ownRun: (run) => sensing().author().raise(run)
    }
  })
}

/** A node that does not forward subscribes to catalogues alone, until listenToAll() is called. */
export function gossipStartable({
  init: { config },
  protocols: { registry },
  publishing: { gossip }
}: Pick<Components, 'init' | 'protocols' | 'publishing'>): Startable {
  const topics = config.relay ? registry.ids() : [META_TOPIC]
  return {
    name: 'gossip',
    start() {
      gossip.start()
      for (const topic of topics) gossip.subscribe(topic)
    },
    stop: () => gossip.stop()
  }
}

/** A node for one command publishes no catalogue. */
export function catalogueStartables({
  init: { shortLived },
  publishing: { cataloguePublisher }
}: Pick<Components, 'init' | 'publishing'>): Startable[] {
  if (shortLived) return []
  return [
    { name: 'catalogue', start: () => cataloguePublisher.start(), stop: () => cataloguePublisher.stop() }
  ]
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
