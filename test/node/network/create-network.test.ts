import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import t from 'tap'
import { systemClock } from '../../../src/clock.ts'
import { memoryCarrier, memoryNetwork, startNetwork } from '../../support/memory-network.ts'

const PING = '/ipfs/ping/1.0.0'
/** Milliseconds; by itself libp2p would wait until the next ping, the sixth second. */
const PATIENCE = 5000

t.test('a peer that leaves a ping unanswered for as long as configured is disconnected', async (t) => {
  const [a, b] = [await memoryNetwork({}, { pingInterval: 3000, pingTimeout: 200 }), await memoryNetwork()]
  t.teardown(() => Promise.all([a.stop(), b.stop()]))
  await b.unhandle(PING)
  await b.handle(PING, () => {})
  const connection = await a.dial(b.getMultiaddrs())
  for (let waited = 0; waited < PATIENCE && connection.status === 'open'; waited += 20)
    await systemClock.sleep(20)
  t.not(connection.status, 'open')
})

t.test('a peer that answers stays connected', async (t) => {
  const [a, b] = [await memoryNetwork({}, { pingInterval: 20, pingTimeout: 2000 }), await memoryNetwork()]
  t.teardown(() => Promise.all([a.stop(), b.stop()]))
  const connection = await a.dial(b.getMultiaddrs())
  for (let waited = 0; waited < PATIENCE && connection.rtt === undefined; waited += 20)
    await systemClock.sleep(20)
  t.ok(connection.rtt !== undefined, 'pinged')
  t.equal(connection.status, 'open')
})

t.test('parts of libp2p that know no peer are told what anybody may learn', async (t) => {
  const carrier = memoryCarrier()
  const privateKey = await generateKeyPair('Ed25519')
  const peer = peerIdFromPrivateKey(privateKey).toString()
  const network = await startNetwork({
    privateKey,
    carrier,
    addresses: {
      forEverybody: () => [multiaddr(`/dns4/hall.example/tcp/4001/p2p/${peer}`)],
      forConnection: () => []
    }
  })
  t.teardown(() => network.stop())
  const addresses = network.getMultiaddrs().map((one) => String(one).replace(/\/p2p\/.*/, ''))
  t.same(addresses, ['/dns4/hall.example/tcp/4001'])
})
