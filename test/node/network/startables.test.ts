import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../../src/log.ts'
import { type DiscoveryInit, discoveryStartable } from '../../../src/node/network/startables.ts'
import { LocalNetwork } from '../../../src/peer/discovery/local-network.ts'

t.test('interfaces that are configured and not there are named at the start', async (t) => {
  const warnings: string[] = []
  const peerId = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
  const discovery = discoveryStartable({
    config: { interfaces: ['nope0', 'nope1'], limits: { network: { interfaceCheck: 10_000 } } },
    world: { clock: new VirtualClock() },
    log: { ...silentLog, warn: (message: string) => warnings.push(message) },
    network: { peerId, getMultiaddrs: () => [] },
    autoDialer: {},
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
