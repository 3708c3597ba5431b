import { META_TOPIC } from '../../protocol/protocol-registry.ts'
import { type AnswerVerifier, createAnswerVerifier } from '../../protocol/query/client/answer-verifier.ts'
import { datagramQueryClient, queryClient } from '../../protocol/query/index.ts'
import { SealVerifier } from '../../reading/signed/seal-verify.ts'
import type { Clients, Components } from './components.ts'

export function createClients({
  init: { config, world },
  protocols: { registry },
  transports: { datagrams },
  peers: { catalogues, paths }
}: Pick<Components, 'init' | 'protocols' | 'transports' | 'peers'>): Clients {
  const { clock } = world
  const limits = config.limits.query
  const { verified: seals, keys } = config.limits.gossip
  const verifier = new SealVerifier({ seals, keys })
  const verified = createAnswerVerifier(registry, verifier, limits.remembered)
  const answers: AnswerVerifier = {
    ...verified,
    // Every verified catalogue enters the table, whatever request it answers.
    catalogue(bytes) {
      const sealed = verified.catalogue(bytes)
      catalogues.put({ ...sealed, bytes })
      return sealed
    }
  }
  const queries = queryClient({ limits })({
    clock,
    verifier: answers,
    openStream: async (peer, protocols, signal) => {
      const connection = await paths.connect(peer, signal)
      const options = { signal, runOnLimitedConnection: true }
      return { stream: await connection.newStream([...protocols], options), connection }
    }
  })
  return {
    queries,
    async bootOf(connection, signal) {
      const one = queryClient({ limits })({
        clock,
        verifier: verified,
        async openStream(_, protocols) {
          const options = { signal, runOnLimitedConnection: true }
          return { stream: await connection.newStream([...protocols], options) }
        }
      })
      try {
        return (await one.describe(connection.remotePeer.toString(), [META_TOPIC], {}, signal)).boot
      } finally {
        await one.stop()
      }
    },
    datagramQueries: datagrams && datagramQueryClient({ limits })({ datagrams, clock, verifier: answers }),
    verifier
  }
}
