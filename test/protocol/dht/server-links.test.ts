import type { Connection, PeerId } from '@libp2p/interface'
import { peerIdFromMultihash } from '@libp2p/peer-id'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import * as Digest from 'multiformats/hashes/digest'
import t from 'tap'
import { withDeadline } from '../../../src/clock.ts'
import { NodeError } from '../../../src/error.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { ServerLinks } from '../../../src/protocol/dht/server-links.ts'
import { madeUpId } from '../../support/dht/liar.ts'
import { limits } from '../../support/dht/node.ts'

const newPeer = (): PeerId => peerIdFromMultihash(Digest.decode(madeUpId())) as PeerId
const [good, ...bad] = Array.from({ length: 10 }, (_, i) => multiaddr(`/ip4/203.0.113.${i}/tcp/4001`))

interface Bench {
  readonly clock: VirtualClock
  readonly links: ServerLinks
  /** What was dialled for each peer, in order. */
  readonly dialled: (readonly Multiaddr[])[]
}

/** Only `good` is answered, and nobody is connected but whom `hosts` places. */
function bench(hosts: ReadonlyMap<string, string> = new Map()): Bench {
  const clock = new VirtualClock()
  const dialled: (readonly Multiaddr[])[] = []
  const at = (host: string): Connection =>
    ({ remoteAddr: multiaddr(`/ip4/${host}/tcp/1`) }) as unknown as Connection
  const links = new ServerLinks(
    {
      clock,
      connection: (peer) => {
        const host = hosts.get(peer)
        return host === undefined ? undefined : at(host)
      },
      dialable: (_peer, addresses) => addresses,
      async dial(_peer, addresses) {
        dialled.push(addresses)
        if (good !== undefined && addresses.includes(good)) return at('203.0.113.0')
        throw new Error('refused')
      }
    },
    { ...limits, dialsPerMinute: 8, heard: 4 },
    new AbortController().signal
  )
  return { clock, links, dialled }
}

t.test('who names servers that are not there has a quarter of the dials of a minute', async (t) => {
  const { clock, links, dialled } = bench()
  const nameAndDial = async (teller: string, addresses: Multiaddr[]): Promise<void> => {
    const id = newPeer()
    t.ok(links.hear(teller, { id, multiaddrs: addresses }))
    await links.connect(id).catch(() => undefined)
  }
  for (let i = 0; i < 20; i++) await nameAndDial('liar', bad)
  t.equal(dialled.length, 2)
  for (let i = 0; i < 20; i++) await nameAndDial('honest', good === undefined ? [] : [good])
  t.equal(dialled.length, 8, 'the other dials of the minute')
  t.match(links.counters, { dialled: 8, failed: 2 })
  await clock.advance(60_000)
  for (let i = 0; i < 20; i++) await nameAndDial('liar', bad)
  t.equal(dialled.length, 10)
})

t.test('a host is one teller, however many PeerIds it has', async (t) => {
  const peers = [newPeer(), newPeer(), newPeer()]
  const hosts = ['192.168.1.7', '192.168.1.7', '192.168.1.8']
  const { links } = bench(new Map(peers.map((peer, i) => [peer.toString(), hosts[i] ?? ''])))
  t.same(
    peers.map((peer) => links.tellerOf(peer)),
    hosts
  )
  t.equal(links.tellerOf(newPeer()), links.tellerOf(newPeer()), 'who has gone is one, too')
})

t.test('many servers of one teller are dialled at once, as long as none fails', async (t) => {
  const { links, dialled } = bench()
  const all = Array.from({ length: 8 }, () => newPeer())
  for (const id of all) links.hear('honest', { id, multiaddrs: good === undefined ? [] : [good] })
  const table = await Promise.allSettled(all.map((id) => links.connectForTable(id)))
  t.equal(table.filter(({ status }) => status === 'fulfilled').length, 4, 'half of the dials of a minute')
  const search = await Promise.allSettled(all.slice(4).map((id) => links.connect(id)))
  t.equal(
    search.filter(({ status }) => status === 'fulfilled').length,
    4,
    'refused ones cost the table nothing'
  )
  t.equal(dialled.length, 8)
  t.equal(links.counters.failed, 0)
})

t.test('of a liar only so many are dialled at once as may fail', async (t) => {
  const { links, dialled } = bench()
  const all = Array.from({ length: 20 }, () => newPeer())
  for (const id of all.slice(-4)) links.hear('liar', { id, multiaddrs: bad })
  await Promise.allSettled(all.slice(-4).map((id) => links.connect(id)))
  t.equal(dialled.length, 2)
})

/** Addresses that swallow packets: a dial ends by the deadline of its addresses, or when the node stops. */
function silentBench() {
  const clock = new VirtualClock()
  const stopping = new AbortController()
  const links = new ServerLinks(
    {
      clock,
      connection: () => undefined,
      dialable: (_peer, addresses) => addresses,
      dial: (_peer, _addresses, signal) =>
        withDeadline(clock, 5000, 'an address', () => new Promise<never>(() => {}), signal)
    },
    { ...limits, dialsPerMinute: 8, heard: 64 },
    stopping.signal
  )
  return { clock, links, stopping }
}

t.test('a liar is charged for dials that begin shortly before a search ends', async (t) => {
  const ends = {
    'a search that kad-dht ends': (signal: AbortController) =>
      signal.abort(new DOMException('it took too long', 'TimeoutError')),
    'a search past its deadline': (signal: AbortController) =>
      signal.abort(new NodeError('deadline', 'a search: no end within 2000 ms')),
    'a search that has found': (signal: AbortController) => signal.abort(new Error('the search is over'))
  }
  for (const [what, end] of Object.entries(ends)) {
    const { clock, links } = silentBench()
    for (let i = 0; i < 20; i++) {
      const id = newPeer()
      const search = new AbortController()
      links.hear('liar', { id, multiaddrs: bad })
      const dial = links.connect(id, search.signal).catch(() => undefined)
      await clock.advance(2000)
      end(search)
      await dial
    }
    await clock.advance(5000)
    t.match(links.counters, { dialled: 3, failed: 3 }, `${what}: two, and one by the rate of 40 s`)
  }
})

t.test('a dial goes on without who asked for it, and two of one server are one', async (t) => {
  const { clock, links, stopping } = silentBench()
  const id = newPeer()
  links.hear('honest', { id, multiaddrs: bad })
  const over = new AbortController()
  const given = links.connect(id, over.signal)
  over.abort(new Error('the search is over'))
  await t.rejects(given, /over/, 'who asked for it does not wait for its end')
  t.match(links.counters, { dialled: 1, failed: 0 })
  const both = Promise.allSettled([links.connect(id), links.connectForTable(id)])
  await clock.advance(5000)
  t.match(
    await both,
    [{ reason: { code: 'unreachable' } }, { reason: { code: 'unreachable' } }],
    'who waited meets that nothing is known any more'
  )
  t.match(links.counters, { dialled: 1, failed: 1 })
  links.hear('honest', { id, multiaddrs: bad })
  const last = links.connect(id)
  stopping.abort(new Error('the node stops'))
  await t.rejects(last, /stops/)
})

t.test(
  'a server that a liar names elsewhere is dialled at both places, and the lie is forgotten',
  async (t) => {
    const { links, dialled } = bench()
    const id = newPeer()
    links.hear('liar', { id, multiaddrs: bad })
    await t.rejects(links.connect(id))
    await t.rejects(links.connect(id), { code: 'unreachable' }, 'nothing is known any more')
    links.hear('liar', { id, multiaddrs: bad })
    links.hear('honest', { id, multiaddrs: good === undefined ? [] : [good] })
    await links.connect(id)
    t.same(dialled.at(-1)?.slice(0, 3), [bad[0], good, bad[1]], 'in turn')
    t.equal(dialled.at(-1)?.length, 8)
  }
)

t.test('servers are remembered up to the limit, and what may not be dialled is not', async (t) => {
  const { links } = bench()
  for (let i = 0; i < 1000; i++) links.hear(`teller-${i}`, { id: newPeer(), multiaddrs: bad })
  t.equal(links.size, 4)
  t.notOk(links.hear('teller', { id: newPeer(), multiaddrs: [] }))
})

t.test('the table has half of the dials of a minute, searches all that are left', async (t) => {
  const { links, dialled } = bench()
  const known = Array.from({ length: 20 }, () => newPeer())
  for (const id of known) {
    links.hear('honest', { id, multiaddrs: good === undefined ? [] : [good] })
    await links.connectForTable(id).catch(() => undefined)
  }
  t.equal(dialled.length, 4)
  for (const id of known.slice(-4)) await links.connect(id).catch(() => undefined)
  t.equal(dialled.length, 8)
})
