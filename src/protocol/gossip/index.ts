/**
 * Packs and catalogues between neighbours over gossipsub (docs/protocols.md section 11).
 *
 *     const network = await createLibp2p({ services: { pubsub: gossipsub(gossipOptions(topics, limits)) } })
 *     const service = gossip({ rates, topics })({ pubsub: network.services.pubsub, receive, … })
 *     service.start()
 *     service.publish('/sensor/temp/v1', pack.bytes)
 */
import { Gossip, type GossipComponents, type GossipInit } from './gossip.ts'

export { CataloguePublisher, type CataloguePublisherInit, type CatalogueView } from './catalogue-publisher.ts'
export { CatalogueTable, type CatalogueTableOptions, type SealedCatalogue } from './catalogue-table.ts'
export type { Gossip, GossipComponents, GossipInit, GossipRates, GossipReceiver } from './gossip.ts'
export { type GossipOptionsInit, gossipOptions } from './options.ts'
export { SeenMessages } from './seen-messages.ts'

/** Its start() registers validators with pubsub and subscribes to `init.topics`. */
export function gossip(init: GossipInit): (components: GossipComponents) => Gossip {
  return (components) => new Gossip(components, init)
}
