import { readInterfaces } from '../../peer/discovery/interface-watch.ts'
import { LocalNetwork } from '../../peer/discovery/local-network.ts'
import { gossipOptions } from '../../protocol/gossip/index.ts'
import { createNetwork } from '../network/create-network.ts'
import { datagramsOf } from '../network/datagrams.ts'
import type { Components, Transports } from './components.ts'

export async function createTransports({
  init,
  protocols
}: Pick<Components, 'init' | 'protocols'>): Promise<Transports> {
  const { config, identity, carrier, version, world, log } = init
  const local = new LocalNetwork(readInterfaces())
  const network = await createNetwork({
    privateKey: identity.privateKey,
    carrier,
    announce: config.announce,
    gossip: gossipOptions(protocols.registry.ids(), config.limits.gossip),
    version,
    limits: config.limits.network,
    clock: world.clock,
    log
  })
  return { network, local, datagrams: datagramsOf({ ...init, network, local }) }
}
