import type { NetworkInterfaceInfo } from 'node:os'
import t from 'tap'
import { containerBridges } from '../../../src/peer/discovery/container-bridges.ts'
import { LocalNetwork } from '../../../src/peer/discovery/local-network.ts'

const at = (cidr: string, internal = false): NetworkInterfaceInfo => ({
  address: cidr.split('/')[0] ?? '',
  netmask: '',
  family: 'IPv4',
  mac: '02:00:00:00:00:01',
  internal,
  cidr
})
const lo = [at('127.0.0.1/8', true)]
const eth0 = [at('192.168.1.2/24')]

t.test('by their names, beside another interface', async (t) => {
  for (const name of ['docker0', 'br-0123456789ab', 'veth12ab', 'virbr0', 'cni0', 'podman1', 'lxcbr0'])
    t.same([...containerBridges({ lo, eth0, [name]: [at('172.17.0.1/16')] })], [name])
  for (const name of ['br-lan', 'br0', 'eth1', 'wlan0', 'wg0'])
    t.same([...containerBridges({ lo, eth0, [name]: [at('172.17.0.1/16')] })], [], name)
})

t.test('not where it is the only way out, nor where the owner names it', async (t) => {
  t.same([...containerBridges({ lo, docker0: [at('172.17.0.1/16')] })], [])
  t.same([...containerBridges({ lo, eth0, docker0: [at('172.17.0.1/16')] }, ['docker0'])], [])
})

t.test('hosts behind one', async (t) => {
  const network = new LocalNetwork({ lo, eth0, docker0: [at('172.17.0.1/16')] })
  t.equal(network.isOnBridge('172.17.0.9'), true)
  t.equal(network.isOnBridge('192.168.1.9'), false)
  t.equal(network.isOnBridge('203.0.113.9'), false)
  network.update({ lo, docker0: [at('172.17.0.1/16')] })
  t.equal(network.isOnBridge('172.17.0.9'), false, 'once it is the only interface')
  network.update({ lo, eth0: [at('172.17.0.2/16')], docker0: [at('172.17.0.1/16')] })
  t.equal(network.isOnBridge('172.17.0.9'), false, 'the network has the same subnet')
})
