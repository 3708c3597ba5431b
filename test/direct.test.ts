import { multiaddr } from '@multiformats/multiaddr'
import t from 'tap'
import { isBackground, isDirect, isRelayed, remoteHost, remoteSource, sourceOf } from '../src/direct.ts'

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

for (const [host, source] of [
  ['192.168.1.20', '192.168.1.20'],
  ['::ffff:192.168.1.20', '192.168.1.20'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0db8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:db8::7', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64']
] as const)
  t.equal(sourceOf(host), source, host)
t.equal(remoteHost({ remoteAddr: multiaddr('/ip6/2001:db8::7/tcp/1') }), '2001:db8::7')
t.equal(remoteSource({ remoteAddr: multiaddr('/ip6/2001:db8::7/tcp/1') }), '2001:db8:0:0::/64')
t.equal(remoteSource({ remoteAddr: multiaddr('/memory/a') }), undefined)
t.equal(remoteHost({ remoteAddr: multiaddr(`/ip4/192.168.1.20/tcp/4001/p2p/${A}/p2p-circuit`) }), undefined)
t.end()
