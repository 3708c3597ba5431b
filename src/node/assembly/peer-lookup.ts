import { ToldProtocols } from '../network/peer-protocols.ts'
import { Introductions } from '../peers/on-connect-sync.ts'
import { Reach } from '../peers/resolver.ts'
import type { On } from './components.ts'
import { protocolsOf } from './protocols.ts'

/** How others are found and met. */
export interface Acquaintance {
  readonly reach: Reach
  /** What peers say that they speak. */
  readonly told: ToldProtocols
  readonly introductions: Introductions
}

type Needs = On<'init' | 'language' | 'links' | 'society' | 'clients' | 'keeping' | 'measuring'>

export function createAcquaintance(made: Needs): Acquaintance {
  const { init, language, links, society } = made
  const { catalogue, quantities } = language
  const spoken = {
    quantitiesOf: (id: string) => catalogue.get(id)?.quantities,
    isQuantity: (name: string) => quantities.has(name)
  }
  return {
    reach: new Reach({
      self: init.identity.peer,
      clock: init.world.clock,
      directory: society.directory,
      spoken,
      neighbourhood: society.neighbourhood,
      patience: init.patience
    }),
    told: new ToldProtocols(links.network),
    introductions: createIntroductions(made)
  }
}

function createIntroductions({
  init: { config, world, log, identity },
  language,
  links,
  clients,
  keeping,
  measuring
}: Needs): Introductions {
  const measured = measuring.sensors.flatMap(({ measures }) => measures.map(({ quantity }) => quantity))
  const ownProtocols = [
    ...new Set(measured.flatMap((quantity) => protocolsOf(language, quantity).slice(0, 1)))
  ]
  return new Introductions({
    libp2p: links.network,
    queries: clients.queries,
    clock: world.clock,
    log,
    deadline: config.limits.network.identifyTimeout,
    protocols: () => language.catalogue.ids(),
    self: identity.peer,
    ownProtocols,
    ownRun: (run) => measuring.author().raise(run),
    received: (sealed) => keeping.receive(sealed, 'read')
  })
}
