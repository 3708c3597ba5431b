import type { PeerId } from '@libp2p/interface'
import { peerIdFromMultihash } from '@libp2p/peer-id'
import * as Digest from 'multiformats/hashes/digest'
import t from 'tap'
import type { SearchEvent } from '../../../src/protocol/dht/kad-client.ts'
import { NamedServers } from '../../../src/protocol/dht/named-servers.ts'
import { distance, madeUpId } from '../../support/dht/liar.ts'

const newPeer = (): PeerId => peerIdFromMultihash(Digest.decode(madeUpId())) as PeerId
const newPeers = (count: number): PeerId[] => Array.from({ length: count }, newPeer)

function answer(from: PeerId, closer: readonly PeerId[], teller = from.toString()): SearchEvent {
  const all = closer.map((id) => ({ id, multiaddrs: [] }))
  return { name: 'PEER_RESPONSE', from, closer: all, teller } as unknown as SearchEvent
}

function allOf(named: NamedServers): PeerId[] {
  const all: PeerId[] = []
  for (let next = named.next(); next !== undefined; next = named.next()) all.push(next)
  return all
}

t.test('each once, the closest first, and nobody who has answered', async (t) => {
  const key = madeUpId()
  const [server, ...others] = newPeers(6) as [PeerId, ...PeerId[]]
  const named = new NamedServers(key)
  named.add(answer(server, [...others, ...others, server]))
  const away = (id: PeerId): bigint => distance(id.toMultihash().bytes, key)
  t.same(
    allOf(named),
    others.sort((one, other) => (away(one) < away(other) ? -1 : 1))
  )
  named.add({ name: 'QUERY_ERROR', from: server } as unknown as SearchEvent)
  t.equal(named.next(), undefined)
})

t.test('of what a liar names no more than of what others name', async (t) => {
  const named = new NamedServers(madeUpId())
  const [liar, honest] = [newPeer(), newPeer()]
  const good = newPeers(5)
  for (let i = 0; i < 10; i++) named.add(answer(newPeer(), newPeers(20), liar.toString()))
  named.add(answer(honest, good))
  const first = allOf(named).slice(0, 10).map(String)
  t.equal(good.filter((one) => first.includes(one.toString())).length, 5)
})
