import { networkInterfaces } from 'node:os'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { PeerId } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../../src/log.ts'
import {
  type DiscoveryInit,
  discoveryStartable,
  interfacesStartable
} from '../../../src/node/network/startables.ts'
import { LocalNetwork } from '../../../src/peer/discovery/local-network.ts'

function networkOf(peerId?: PeerId): EventTarget {
  const services = { identifyTeller: { push() {} } }
  return Object.assign(new EventTarget(), { peerId, getMultiaddrs: () => [], services })
}

t.test('interfaces that are configured and not there are named at the start', async (t) => {
  const warnings: string[] = []
  const peerId = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
  const discovery = discoveryStartable({
    config: { interfaces: ['nope0', 'nope1'], limits: { network: { interfaceCheck: 10_000 } } },
    world: { clock: new VirtualClock() },
    log: { ...silentLog, warn: (message: string) => warnings.push(message) },
    network: networkOf(peerId),
    autoDialer: { networkChanged() {} },
    local: new LocalNetwork({ nope1: [] }),
    onOwnKey: () => {}
  } as unknown as DiscoveryInit)
  await discovery.start?.()
  t.teardown(() => discovery.stop?.())
  t.same(
    warnings.map((one) => one.split(' is not there')[0]),
    ['interfaces: nope0', 'interfaces: nope1']
  )
})

t.test(
  'interfaces that came while the node was made are known at its start, and others when a peer is on them',
  async (t) => {
    const network = networkOf()
    const info = {
      netmask: '255.255.255.0',
      family: 'IPv4' as const,
      mac: '02:00:00:00:00:01',
      internal: false
    }
    const only = { wired: [{ ...info, address: '10.9.8.7', cidr: '10.9.8.7/24' }] }
    const local = new LocalNetwork(only)
    let changes = 0
    const clock = new VirtualClock()
    const errors: string[] = []
    const interfaces = interfacesStartable({
      config: { limits: { network: { interfaceCheck: 10_000 } } },
      world: { clock },
      log: { ...silentLog, error: (line: string) => errors.push(line) },
      network,
      local,
      autoDialer: { networkChanged: () => void changes++ }
    } as unknown as DiscoveryInit)
    await interfaces.start?.()
    t.teardown(() => interfaces.stop?.())
    t.same(Object.keys(local.interfaces), Object.keys(networkInterfaces()))
    t.equal(changes, 1)
    const connects = (host: string): void => {
      const remoteAddr = multiaddr(`/ip4/${host}/tcp/4001`)
      network.dispatchEvent(new CustomEvent('connection:open', { detail: { remoteAddr } }))
    }
    local.update(only)
    connects('10.9.8.1')
    t.equal(changes, 1, 'a peer on a link that is known')
    connects('10.9.9.1')
    t.equal(changes, 2)
    t.same(Object.keys(local.interfaces), Object.keys(networkInterfaces()))
    for (let i = 0; i < 100; i++) {
      local.update(only)
      connects('10.9.9.1')
    }
    t.equal(changes, 2, 'not at each of many')
    await clock.advance(1000)
    t.equal(changes, 3, 'but within a second')
    network.dispatchEvent(new CustomEvent('connection:open', { detail: {} }))
    t.equal(errors.length, 1, 'a listener never throws')
  }
)
