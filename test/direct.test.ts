import { multiaddr } from '@multiformats/multiaddr'
import t from 'tap'
import { isBackground, isDirect, isRelayed } from '../src/direct.ts'

const A = '12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7'

const rows: readonly [string, boolean][] = [
  ['/ip4/192.168.1.20/tcp/4001', true],
  [`/ip6/::1/tcp/4001/p2p/${A}`, true],
  ['/memory/a', true],
  [`/p2p/${A}/p2p-circuit`, false],
  [`/ip4/192.168.1.20/tcp/4001/p2p/${A}/p2p-circuit/p2p/${A}`, false],
  // js-libp2p takes this one for direct.
  [`/p2p/${A}/p2p-circuit/p2p/${A}/p2p-circuit/p2p/${A}`, false]
]

for (const [text, direct] of rows) {
  t.equal(isDirect({ remoteAddr: multiaddr(text) }), direct, text)
  t.equal(isRelayed(multiaddr(text)), !direct, text)
}
for (const [protocol, is] of [
  ['/ipfs/ping/1.0.0', true],
  ['/ipfs/id/push/1.0.0', true],
  ['/kith/query/v1', false]
] as const)
  t.equal(isBackground(protocol), is, protocol)
t.end()
