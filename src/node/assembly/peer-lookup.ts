import { PeerProtocols } from '../network/peer-protocols.ts'
import { OnConnectSync } from '../peers/on-connect-sync.ts'
import { PeerResolver } from '../peers/resolver.ts'
import type { On } from './components.ts'
import { protocolsOf } from './protocols.ts'

/** How others are found and met. */
export interface Acquaintance {
  readonly resolver: PeerResolver
  /** What peers say that they speak. */
  readonly protocols: PeerProtocols
  readonly onConnectSync: OnConnectSync
}

type Needs = On<'init' | 'language' | 'links' | 'society' | 'clients' | 'keeping' | 'measuring'>

export function createAcquaintance(made: Needs): Acquaintance {
  const { init, language, links, society } = made
  const { registry, quantities } = language
  const spoken = {
    quantitiesOf: (id: string) => registry.get(id)?.quantities,
    isQuantity: (name: string) => quantities.has(name)
  }
  return {
    resolver: new PeerResolver({
      self: init.identity.peer,
      clock: init.world.clock,
      directory: society.directory,
      spoken,
      autoDialer: society.autoDialer,
      nameTimeout: init.nameTimeout
    }),
    protocols: new PeerProtocols(links.network),
    onConnectSync: createIntroductions(made)
  }
}

function createIntroductions({
  init: { config, world, log, identity },
  language,
  links,
  clients,
  keeping,
  measuring
}: Needs): OnConnectSync {
  const measured = measuring.sensors.flatMap(({ measures }) => measures.map(({ quantity }) => quantity))
  const ownProtocols = [
    ...new Set(measured.flatMap((quantity) => protocolsOf(language, quantity).slice(0, 1)))
  ]
  return new OnConnectSync({
    libp2p: links.network,
    queries: clients.queries,
    clock: world.clock,
    log,
    deadline: config.limits.network.identifyTimeout,
    protocols: () => language.registry.ids(),
    self: identity.peer,
    ownProtocols,
    ownRun: (run) => measuring.author().raise(run),
    received: (sealed) => keeping.receive(sealed, 'read')
  })
}
