import { readInterfaces } from '../../peer/discovery/interface-watch.ts'
import { LocalNetwork } from '../../peer/discovery/local-network.ts'
import type { Datagrams } from '../../protocol/datagram/index.ts'
import { gossipOptions } from '../../protocol/gossip/options.ts'
import { createNetwork, type Network } from '../network/create-network.ts'
import { datagramsOf } from '../network/datagrams.ts'
import type { On } from './components.ts'

/** What carries bytes to other nodes. */
export interface Links {
  readonly network: Network
  /** The subnets that this machine is in. */
  readonly local: LocalNetwork
  /** undefined where datagrams are switched off. */
  readonly datagrams: Datagrams | undefined
}

export async function createLinks({ init, language }: On<'init' | 'language'>): Promise<Links> {
  const { config, identity, carrier, version } = init
  const local = new LocalNetwork(readInterfaces())
  const network = await createNetwork({
    privateKey: identity.privateKey,
    carrier,
    announce: config.announce,
    gossip: gossipOptions(language.registry.ids(), config.limits.gossip),
    version,
    limits: config.limits.network
  })
  return { network, local, datagrams: datagramsOf({ ...init, network, local }) }
}
