import type { NetworkInterfaceInfo } from 'node:os'
import t from 'tap'
import { parseConfig } from '../../../src/config/load.ts'
import { checkForwarding, checkUnlistened } from '../../../src/node/doctor/network.ts'

const at = (address: string): NetworkInterfaceInfo => ({
  family: 'IPv4',
  address,
  netmask: '255.255.255.0',
  cidr: `${address}/24`,
  mac: '00:00:00:00:00:00',
  internal: false
})

t.test('a machine in two networks is told what passes between them', async (t) => {
  const two = { eth0: [at('192.168.1.2')], wlan0: [at('192.168.2.2')] }
  t.match(await checkForwarding('near', two), [
    { state: 'ok', about: 'forward', text: /only between peers of the book \(forward: near\)$/ }
  ])
  t.match(await checkForwarding('off', two), [{ text: /\(forward: off\)$/ }])
  t.strictSame(await checkForwarding('book', two), [], 'as written')
  t.strictSame(await checkForwarding(undefined, two), [], 'without a configuration')
})

t.test('nothing is said of a machine in one network, or in none', async (t) => {
  for (const interfaces of [
    {},
    { eth0: [at('192.168.1.2')] },
    { eth0: [at('192.168.1.2')], wlan0: [at('192.168.1.3')] },
    { eth0: [at('192.168.1.2')], docker0: [at('172.17.0.1')] }
  ])
    t.strictSame(await checkForwarding('near', interfaces), [])
})

t.test('listen: [] is told who reaches it', async (t) => {
  const found = (text: string) => checkUnlistened(parseConfig(`listen: []\n${text}`, []))
  t.match(found(''), {
    state: 'warn',
    text: /^listen: \[\]: it is reached over what it connects to alone.*not by UDP$/,
    cure: /relays/
  })
  const relay = '/ip4/203.0.113.7/tcp/4001/p2p/12D3KooWSCufgHzV4fCwRijfH2k3abrpAJxTKxEvN1FDuRXA2U9x'
  t.match(found(`relays: [${relay}]`), { state: 'ok', text: /over its relays/ })
  t.notMatch(found('datagrams: { port: 5001 }'), { text: /UDP/ })
})
