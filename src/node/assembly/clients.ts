import { type AnswerVerifier, createAnswerVerifier } from '../../protocol/query/client/answer-verifier.ts'
import { DatagramQueryClient } from '../../protocol/query/client/datagram-query-client.ts'
import { QueryClient } from '../../protocol/query/client/query-client.ts'
import { SealVerifier } from '../../reading/signed/seal-verify.ts'
import type { Clients, Components } from './components.ts'

export function createClients({
  init: { config, world },
  protocols: { registry },
  transports: { datagrams },
  peers: { catalogues, autoDialer }
}: Pick<Components, 'init' | 'protocols' | 'transports' | 'peers'>): Clients {
  const { clock } = world
  const limits = config.limits.query
  const { verified: seals, keys } = config.limits.gossip
  const verifier = new SealVerifier({ seals, keys })
  const verified = createAnswerVerifier(registry, verifier, limits.remembered)
  const door: AnswerVerifier = {
    ...verified,
    // A verified catalogue is known from then on, whoever asked for it.
    meta(bytes) {
      const told = verified.meta(bytes)
      catalogues.put({ ...told, bytes })
      return told
    }
  }
  const queries = new QueryClient({
    clock,
    limits,
    door,
    openStream: async (peer, protocols, signal) => {
      const connection = await autoDialer.connect(peer, signal)
      return await connection.newStream([...protocols], { signal, runOnLimitedConnection: true })
    }
  })
  return {
    queries,
    datagramQueries: datagrams && new DatagramQueryClient({ datagrams, clock, door, limits }),
    verifier
  }
}
