import t from 'tap'
import { type Interfaces, isLoopbackHost, LocalNetwork } from '../../../src/peer/discovery/local-network.ts'

const interfaces = {
  eth0: [
    {
      address: '203.0.113.7',
      netmask: '255.255.255.0',
      family: 'IPv4',
      mac: '02:00:00:00:00:01',
      internal: false,
      cidr: '203.0.113.7/24'
    },
    {
      address: '2001:db8:1::7',
      netmask: 'ffff:ffff:ffff:ffff::',
      family: 'IPv6',
      mac: '02:00:00:00:00:01',
      internal: false,
      cidr: '2001:db8:1::7/64',
      scopeid: 0
    }
  ]
} satisfies Interfaces

for (const [host, near] of [
  ['192.168.1.20', true],
  ['10.9.8.7', true],
  ['172.31.255.255', true],
  ['172.32.0.1', false],
  ['127.0.0.1', true],
  ['169.254.3.4', true],
  ['100.64.0.1', true],
  ['8.8.8.8', false],
  ['fe80::1%eth0', true],
  ['fd12::1', true],
  ['::1', true],
  ['2001:db8:2::1', false],
  ['::ffff:192.168.1.1', true],
  ['203.0.113.200', true],
  ['203.0.114.1', false],
  ['2001:db8:1::99', true],
  ['example.org', false],
  ['', false]
] as const) {
  t.test(`${host} is ${near ? '' : 'not '}near`, async (t) => {
    t.equal(new LocalNetwork(interfaces).isNear(host), near)
  })
}

t.test('a subnet that went away is not near any more', async (t) => {
  const network = new LocalNetwork(interfaces)
  t.ok(network.isOwnSubnet('203.0.113.9'))
  network.update({})
  t.notOk(network.isNear('203.0.113.9'))
})

t.test('hosts on one link', async (t) => {
  const at = (address: string, netmask: string, cidr: string, family: 'IPv4' | 'IPv6') => ({
    ...(family === 'IPv4' ? { family } : { family, scopeid: 0 }),
    address,
    netmask,
    cidr,
    mac: '00:00:00:00:00:00',
    internal: false
  })
  const link = (net: number) => [
    at(`192.168.${net}.1`, '255.255.255.0', `192.168.${net}.1/24`, 'IPv4'),
    at(`fd00:${net}::1`, 'ffff:ffff:ffff:ffff::', `fd00:${net}::1/64`, 'IPv6'),
    at(`fe80::${net}`, 'ffff:ffff:ffff:ffff::', `fe80::${net}/64`, 'IPv6')
  ]
  const network = new LocalNetwork({ eth0: link(1), wlan0: link(2) } as Interfaces)
  for (const [one, other, shared] of [
    ['192.168.1.7', '192.168.1.8', true],
    ['192.168.1.7', 'fd00:1::7', true],
    ['192.168.1.7', '192.168.2.7', false],
    ['192.168.1.7', '192.168.3.7', false],
    ['192.168.3.7', '192.168.3.8', false],
    ['fe80::7%eth0', '192.168.1.7', true],
    ['fe80::7%eth0', 'fe80::8%wlan0', false],
    ['fe80::7', 'fe80::8', false],
    ['192.168.1.7', undefined, false],
    [undefined, undefined, true]
  ] as const)
    t.equal(network.sharesLink(one, other), shared, `${one} and ${other}`)
})

t.test('the loopback leads to this machine itself', async (t) => {
  for (const host of ['127.0.0.1', '127.255.0.3', '::1', '::ffff:127.0.0.1', '::1%lo'])
    t.ok(isLoopbackHost(host), host)
  for (const host of ['128.0.0.1', '10.0.0.1', '::', '::2', 'fe80::1%lo', 'localhost', ''])
    t.notOk(isLoopbackHost(host), host)
})
