import t from 'tap'
import { type Interfaces, LocalNetwork } from '../../../src/peer/discovery/local-network.ts'

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
