import { PeerProtocols } from '../network/peer-protocols.ts'
import { SharedKeys } from '../network/shared-keys.ts'
import { OnConnectSync } from '../peers/on-connect-sync.ts'
import { PeerResolver } from '../peers/resolver.ts'
import type { Components, PeerLookup } from './components.ts'
import { protocolsOf } from './protocols.ts'

type Needs = Pick<
  Components,
  'init' | 'protocols' | 'transports' | 'peers' | 'clients' | 'replication' | 'sensing'
>

export function createPeerLookup(components: Needs): PeerLookup {
  const { init, protocols, transports, peers } = components
  const { registry, quantities } = protocols
  const spoken = {
    quantitiesOf: (id: string) => registry.get(id)?.quantities,
    isQuantity: (name: string) => quantities.has(name)
  }
  return {
    resolver: new PeerResolver({
      self: init.identity.peer,
      clock: init.world.clock,
      directory: peers.directory,
      spoken,
      autoDialer: peers.autoDialer,
      paths: peers.paths,
      nameTimeout: init.nameTimeout
    }),
    peerProtocols: new PeerProtocols(transports.network),
    onConnectSync: createOnConnectSync(components),
    sharedKeys: new SharedKeys({
      libp2p: transports.network,
      self: init.identity.peer,
      clock: init.world.clock,
      log: init.log,
      deadline: init.config.limits.network.identifyTimeout,
      labelOf: (peer) => peers.directory.labelOf(peer),
      bootOf: components.clients.bootOf
    })
  }
}

function createOnConnectSync({
  init: { config, world, log, identity },
  protocols,
  transports,
  clients,
  replication,
  sensing
}: Needs): OnConnectSync {
  const ownProtocols = (): string[] => {
    const measured = sensing.sensors.all.flatMap(({ measures }) => measures.map(({ quantity }) => quantity))
    return [...new Set(measured.flatMap((quantity) => protocolsOf(protocols, quantity).slice(0, 1)))]
  }
  return new OnConnectSync({
    libp2p: transports.network,
    queries: clients.queries,
    clock: world.clock,
    log,
    deadline: config.limits.network.identifyTimeout,
    protocols: () => protocols.registry.ids(),
    self: identity.peer,
    ownProtocols,
    ownRun: (run) => sensing.author().raise(run),
    received: (sealed) => replication.intake.receive(sealed, 'read')
  })
}
