import type { NetworkInterfaceInfo } from 'node:os'
import t from 'tap'
import { probeDiscovery } from '../../../src/peer/discovery/probe.ts'

function ipv4(address: string, internal: boolean): NetworkInterfaceInfo {
  return {
    address,
    netmask: '255.0.0.0',
    family: 'IPv4',
    mac: '02:00:00:00:00:01',
    internal,
    cidr: `${address}/8`
  }
}

const lo = [ipv4('127.0.0.1', true)]

t.test('the loopback works on every machine, without a route', async (t) => {
  t.strictSame(await probeDiscovery([], () => ({ lo })), [{ name: 'lo', family: 'IPv4', internal: true }])
})

t.test('an interface that is not there says why it fails', async (t) => {
  const [probe] = await probeDiscovery([], () => ({ lo, eth7: [ipv4('10.77.0.1', false)] }))
  t.match(probe, { name: 'eth7', family: 'IPv4', internal: false, error: /^E[A-Z]+$/ })
})

t.test('without interfaces there is nothing to try', async (t) => {
  t.strictSame(await probeDiscovery([], () => ({})), [])
  t.strictSame(await probeDiscovery(['eth9'], () => ({ lo })), [])
})
