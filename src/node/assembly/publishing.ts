import { CataloguePublisher } from '../../protocol/gossip/catalogue-publisher.ts'
import { Gossip } from '../../protocol/gossip/gossip.ts'
import { META_TOPIC } from '../../protocol/protocol-registry.ts'
import type { Startable } from '../../startable.ts'
import type { On } from './components.ts'
import { sealOwnCatalogue } from './own-catalogue.ts'
import type { Measuring } from './sensing.ts'

/** What is told unasked, and heard: readings and catalogues by gossip. */
export interface Voice {
  readonly gossip: Gossip
  /** Tells our own catalogue. */
  readonly publisher: CataloguePublisher
}

type Needs = On<'init' | 'language' | 'links' | 'society' | 'clients' | 'timekeeper' | 'storage' | 'keeping'>

/** @param measuring made after the voice that it speaks with: there as soon as the node starts */
export function createVoice(made: Needs, measuring: () => Measuring): Voice {
  const { config, world } = made.init
  const gossip = createGossip(made, measuring)
  const publisher = new CataloguePublisher({
    clock: world.clock,
    period: config.limits.meta.period,
    gather: config.limits.meta.gather,
    seal: (revision, audience) => sealOwnCatalogue({ ...made, measuring: measuring() }, revision, audience),
    publish: (bytes) => gossip.publish(META_TOPIC, bytes)
  })
  return { gossip, publisher }
}

function createGossip(
  { init, language, links, society, clients, timekeeper, storage, keeping }: Needs,
  measuring: () => Measuring
): Gossip {
  const { catalogues, admission } = society
  const { config, world, log, identity } = init
  return new Gossip({
    pubsub: links.network.services.pubsub,
    registry: language.registry,
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
      pack: (sealed) => keeping.receive(sealed, 'gossip'),
      late: (sealed) => keeping.receive(sealed, 'gossip'),
      catalogue: (sealed) => void catalogues.put(sealed),
      ownRun: (run) => measuring().author().raise(run)
    }
  })
}

/** A node that does not relay hears catalogues alone, until somebody here wants more. */
export function gossipPart({
  init: { config },
  language: { registry },
  voice: { gossip }
}: On<'init' | 'language' | 'voice'>): Startable {
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

/** A node for one command tells nobody of itself. */
export function catalogueParts({
  init: { shortLived },
  voice: { publisher }
}: On<'init' | 'voice'>): Startable[] {
  if (shortLived) return []
  return [{ name: 'catalogue', start: () => publisher.start(), stop: () => publisher.stop() }]
}

/** Hears every topic until the returned function is called. */
export function listenToAll({
  language: { registry },
  voice: { gossip }
}: On<'language' | 'voice'>): () => void {
  const cancels = registry.ids().map((topic) => gossip.subscribe(topic))
  return () => {
    for (const cancel of cancels) cancel()
  }
}
