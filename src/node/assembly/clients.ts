import { type AnswerDoor, answerDoor } from '../../protocol/query/client/answer-verifier.ts'
import { DatagramQueryClient } from '../../protocol/query/client/datagram-query-client.ts'
import { QueryClient } from '../../protocol/query/client/query-client.ts'
import { SealVerifier } from '../../reading/signed/seal-verify.ts'
import type { On } from './components.ts'

/** Those who ask others for us, and verify what is answered. */
export interface Clients {
  readonly queries: QueryClient
  /** undefined where datagrams are switched off. */
  readonly datagramQueries: DatagramQueryClient | undefined
  /** What it found true once is not computed again, whichever door it comes by. */
  readonly verifier: SealVerifier
}

export function createClients({
  init: { config, world },
  language: { catalogue },
  links: { datagrams },
  society: { metas, neighbourhood }
}: On<'init' | 'language' | 'links' | 'society'>): Clients {
  const { clock } = world
  const limits = config.limits.query
  const { verified: seals, keys } = config.limits.gossip
  const verifier = new SealVerifier({ seals, keys })
  const verified = answerDoor(catalogue, verifier, limits.remembered)
  const door: AnswerDoor = {
    ...verified,
    // A verified catalogue is known from then on, whoever asked for it.
    meta(bytes) {
      const told = verified.meta(bytes)
      metas.put({ ...told, bytes })
      return told
    }
  }
  const queries = new QueryClient({
    clock,
    limits,
    door,
    openStream: async (peer, protocols, signal) => {
      const connection = await neighbourhood.connect(peer, signal)
      return await connection.newStream([...protocols], { signal, runOnLimitedConnection: true })
    }
  })
  return {
    queries,
    datagramQueries: datagrams && new DatagramQueryClient({ datagrams, clock, door, limits }),
    verifier
  }
}
