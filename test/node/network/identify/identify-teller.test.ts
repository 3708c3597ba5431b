import type { IdentifyResult } from '@libp2p/interface'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import t, { type Test } from 'tap'
import type { Network } from '../../../../src/node/network/create-network.ts'
import { memoryNetwork, nextEvent, startNetwork } from '../../../support/memory-network.ts'

/** A network that tells each peer what `told` says. */
async function telling(t: Test, told: (peer: string) => readonly Multiaddr[]): Promise<Network> {
  const network = await startNetwork({
    addresses: { forEverybody: () => [], forConnection: ({ remotePeer }) => told(remotePeer.toString()) },
    version: '1.2.3'
  })
  t.teardown(() => network.stop())
  return network
}

async function identified(network: Network): Promise<IdentifyResult> {
  return ((await nextEvent(network, 'peer:identify')) as CustomEvent<IdentifyResult>).detail
}

async function dialled(t: Test, from: Network, to: Network): Promise<IdentifyResult> {
  const [address] = to.services.components.transportManager.getAddrs()
  if (address === undefined) return t.fail('it listens') as never
  const result = identified(from)
  await from.dial(address.encapsulate(`/p2p/${to.peerId}`))
  return await result
}

t.test('each peer is told its own, and the reader is the stock one', async (t) => {
  const [friend, guest] = [await memoryNetwork(), await memoryNetwork()]
  t.teardown(() => Promise.all([friend.stop(), guest.stop()]))
  const home = multiaddr('/ip4/192.168.1.2/tcp/4001')
  const node = await telling(t, (peer) => (peer === friend.peerId.toString() ? [home] : []))
  const toFriend = await dialled(t, friend, node)
  t.same(toFriend.listenAddrs.map(String), [String(home)])
  t.equal(toFriend.agentVersion, 'kith/1.2.3')
  t.equal(toFriend.protocolVersion, 'ipfs/0.1.0')
  t.same(toFriend.protocols.toSorted(), node.getProtocols().toSorted())
  t.equal(toFriend.signedPeerRecord, undefined, 'nothing that could be passed on')
  t.same((await dialled(t, guest, node)).listenAddrs, [])
  const { addresses } = await guest.peerStore.get(node.peerId)
  t.ok(
    addresses.every(({ multiaddr }) => multiaddr.toString().startsWith('/memory/')),
    'it knows what it dialled'
  )
})

t.test('a change reaches by push those whom it concerns, and nobody else', async (t) => {
  const [friend, guest] = [await memoryNetwork(), await memoryNetwork()]
  t.teardown(() => Promise.all([friend.stop(), guest.stop()]))
  let told = [multiaddr('/ip4/192.168.1.2/tcp/4001')]
  const node = await telling(t, (peer) => (peer === friend.peerId.toString() ? told : []))
  await dialled(t, friend, node)
  await dialled(t, guest, node)
  let pushes = 0
  guest.addEventListener('peer:identify', () => pushes++)
  // Both have asked; what identify of the other direction still brings is not counted.
  const pushed = new Promise<IdentifyResult>((resolve) =>
    friend.addEventListener('peer:identify', ({ detail }) => {
      if (detail.listenAddrs.some((one) => String(one) === '/ip4/192.168.1.3/tcp/4001')) resolve(detail)
    })
  )
  told = [multiaddr('/ip4/192.168.1.3/tcp/4001')]
  node.services.identifyTeller.push()
  t.same((await pushed).listenAddrs.map(String), ['/ip4/192.168.1.3/tcp/4001'])
  t.equal(pushes, 0, 'for the guest nothing has changed')
  await node.handle('/later/v1', (stream) => stream.abort(new Error('no')))
  const [one, other] = await Promise.all([identified(friend), identified(guest)])
  t.ok(
    [one, other].every(({ protocols }) => protocols.includes('/later/v1')),
    'a protocol concerns all'
  )
})

t.test('parts of libp2p that know no peer have nothing to tell', async (t) => {
  const node = await telling(t, () => [])
  t.same(node.getMultiaddrs(), [])
})
