/** `read` of one sensor with its signature verified: by datagram and over a stream. */
import { peerIdFromString } from '@libp2p/peer-id'
import { systemClock } from '../../src/clock.ts'
import { silentLog } from '../../src/log.ts'
import { createAnswerVerifier } from '../../src/protocol/query/client/answer-verifier.ts'
import { datagramQueryClient, queryClient, queryServer } from '../../src/protocol/query/index.ts'
import { ReadingHub } from '../../src/reading/hub/reading-hub.ts'
import { SealVerifier } from '../../src/reading/signed/seal-verify.ts'
import type { RealNode } from '../../test/support/datagram/libp2p.ts'
import { topic } from '../../test/support/history.ts'
import { asked, noHistory, packOf, queryLimits, registry } from '../../test/support/query/bench.ts'

/** The rate limit of one peer is not measured. */
const limits = { ...queryLimits, rate: 1e9, burst: 1e9 }

/** Answers for one sensor, by datagram and over streams. */
export async function serveReads({ libp2p, datagrams }: RealNode): Promise<void> {
  const clock = systemClock
  const hub = new ReadingHub({
    clock,
    log: silentLog,
    history: { put: () => {}, held: () => [], latest: () => [] },
    keepsOf: () => false,
    limits: { series: 16, bytes: 2 ** 20, subscribers: 1, runs: 1, ranges: 1 }
  })
  hub.add(packOf(0), 'own')
  const server = queryServer({ limits })({
    network: libp2p,
    datagrams,
    self: asked,
    clock,
    registry: { ids: () => [topic], quantitiesOf: (id) => registry.quantitiesOf(id) },
    latest: hub,
    history: noHistory,
    catalogues: { sealed: () => undefined, series: () => [] },
    admission: { answers: () => true },
    mayRead: () => true,
    clockStatus: () => ({ quality: 0, offset: 0 }),
    log: silentLog,
    callerOf: ({ remotePeer, direct }) => ({ peer: remotePeer.toString(), host: undefined, direct })
  })
  await server.start()
}

export function readers(
  { libp2p, datagrams }: RealNode,
  peer: string
): Record<'datagram' | 'stream', () => Promise<unknown>> {
  const clock = systemClock
  const verifier = createAnswerVerifier(registry, new SealVerifier(), limits.remembered)
  const { signal } = new AbortController()
  const question = { n: 'hall', who: asked }
  const byDatagram = datagramQueryClient({ limits })({ datagrams, clock, verifier })
  const byStream = queryClient({ limits })({
    clock,
    verifier,
    openStream: async (to, protocols) => ({
      stream: await libp2p.dialProtocol(peerIdFromString(to), [...protocols])
    })
  })
  return {
    datagram: () => byDatagram.read(peer, [topic], question, signal),
    stream: () => byStream.read(peer, [topic], question, signal)
  }
}
