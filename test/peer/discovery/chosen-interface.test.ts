import type { NetworkInterfaceInfo } from 'node:os'
import t from 'tap'
import { chooseInterfaces } from '../../../src/peer/discovery/chosen-interface.ts'
import type { Interfaces } from '../../../src/peer/discovery/local-network.ts'

function info(cidr: string, internal = false): NetworkInterfaceInfo {
  const [address = ''] = cidr.split('/')
  const common = { address, netmask: '', mac: '02:00:00:00:00:01', internal, cidr }
  return address.includes(':') ? { ...common, family: 'IPv6', scopeid: 0 } : { ...common, family: 'IPv4' }
}

const lo = [info('127.0.0.1/8', true), info('::1/128', true)]
const names = (interfaces: Interfaces, only: readonly string[] = []): string[] =>
  chooseInterfaces(interfaces, only).map(({ name }) => name)

t.test('interfaces that lead outward, without bridges and the loopback', async (t) => {
  const all = {
    lo,
    eth0: [info('192.168.1.2/24')],
    wlan0: [info('10.0.0.2/8')],
    docker0: [info('172.17.0.1/16')]
  }
  t.same(names(all), ['eth0', 'wlan0'])
  t.same(names(all, ['docker0']), ['docker0'], 'unless it is named')
})

t.test('one with the name of a bridge, where it is the only one', async (t) => {
  for (const name of ['veth0', 'br-lan', 'lxcbr0', 'docker0'])
    t.same(names({ lo, [name]: [info('10.1.2.3/24')] }), [name])
})

t.test('the loopback, where there is nothing else', async (t) => {
  t.same(names({ lo }), ['lo'])
  const [chosen] = chooseInterfaces({ lo }, [])
  t.equal(chosen?.isOnLink('127.0.0.9'), true)
  t.equal(chosen?.isOnLink('192.168.1.9'), false)
  t.same(names({}), [])
})

t.test('one that has only IPv6 uses it', async (t) => {
  const [chosen] = chooseInterfaces({ lo, eth0: [info('fe80::2/64'), info('fd00:1::2/64')] }, [])
  t.match(chosen, { name: 'eth0', family: 'IPv6', multicast: '::%eth0', hosts: ['fd00:1::2'] })
  t.equal(chosen?.isOnLink('fd00:1::9'), true)
  t.equal(chosen?.isOnLink('fe80::9%eth0'), true, 'senders have link-local addresses')
  t.equal(chosen?.isOnLink('fd00:2::9'), false)
  t.equal(chosen?.isOnLink('::1'), false)
  t.same(names({ lo, eth0: [info('fe80::2/64')] }), ['lo'], 'libp2p listens on no link-local address')
})

t.test('of two families IPv4 is spoken, and both are announced', async (t) => {
  const [chosen] = chooseInterfaces({ eth0: [info('fd00:1::2/64'), info('192.168.1.2/24')] }, [])
  t.match(chosen, { family: 'IPv4', multicast: '192.168.1.2', hosts: ['fd00:1::2', '192.168.1.2'] })
})

t.test('only its own subnets are on its link: not the loopback, not another interface', async (t) => {
  const [eth0] = chooseInterfaces({ lo, eth0: [info('192.168.1.2/24')], eth1: [info('10.0.0.2/24')] }, [])
  t.equal(eth0?.isOnLink('192.168.1.77'), true)
  for (const host of ['127.0.0.1', '10.0.0.9', '192.168.2.1', '203.0.113.5', 'example.com', '::1'])
    t.equal(eth0?.isOnLink(host), false, host)
})

t.test('any change of an interface has a new key', async (t) => {
  const key = (...infos: NetworkInterfaceInfo[]): string | undefined =>
    chooseInterfaces({ eth0: infos }, [])[0]?.key
  t.equal(key(info('192.168.1.2/24')), key(info('192.168.1.2/24')))
  t.not(key(info('192.168.1.2/24')), key(info('192.168.1.2/16')))
  t.not(key(info('192.168.1.2/24')), key(info('192.168.1.2/24'), info('fe80::2/64')))
})
