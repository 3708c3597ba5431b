import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { LIAR_SEED, whyNoIptables } from '../../support/namespaces/namespaces.ts'
import { Segment } from '../../support/namespaces/segment.ts'
import { addressAt, letPass, type Scenario } from '../scenario.ts'

/** A third party far from here (RFC 5737). */
const THIRD = '198.51.100.9'
const THIRD_OF_DHT = '198.51.100.10'
/** Seconds; mDNS names it twice a second, and the node's clock runs five times faster. */
const WATCHED = 6
/** SYNs that a peer of the book may cause in that time: dials with growing waits, each with its repetitions. */
const BOUND = 40

/** A connection that is cut ends soon; the liar is the relay of the node. */
const limits = {
  dht: { dialsPerMinute: 4 },
  network: { pingInterval: '1s', pingTimeout: '1s' }
}

async function liarPeer(): Promise<string> {
  const key = await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(LIAR_SEED))
  return peerIdFromPrivateKey(key).toString()
}

/**
 * SYNs to servers of the DHT that are not there: 4 at once and 4 a minute (limits.dht.dialsPerMinute), of the two
 * minutes that the clock of the node has at most, at 8 addresses each, three SYNs in the 3 s of an address.
 */
const BOUND_OF_DHT = (4 + 2 * 4) * 8 * 3

export const thirdParty: Scenario = {
  name: 'a peer that names a third party by every protocol makes nobody dial it',
  deadline: 40,
  whyNot: whyNoIptables,
  async run(net) {
    const segment = net.use(new Segment())
    const machine = segment.machine('node', '10.10.0.1')
    const liarMachine = segment.machine('liar', '10.10.0.2')
    machine.ip('route', 'add', 'default', 'via', '10.10.0.2')
    machine.countBegun(THIRD)
    machine.countBegun(THIRD_OF_DHT)
    const relays = [`/ip4/10.10.0.2/tcp/4001/p2p/${await liarPeer()}`]
    const node = await machine.node({
      config: { limits, relays, dht: { bootstrap: relays } },
      discovery: true
    })
    const options = {
      target: addressAt('10.10.0.1', node),
      third: THIRD,
      thirdOfDht: THIRD_OF_DHT,
      own: '10.10.0.2'
    }
    const liar = await liarMachine.liar(options)
    await node.call('peers').catch(() => undefined)
    for (const who of [liar.madeUp, liar.peer])
      await node.call('ask', { who, timeout: 20_000 }).catch(() => undefined)
    await letPass(WATCHED)
    const known = await node.call<string[]>('addressesOf', liar.peer)
    net.check(
      'it was named',
      known.some((one) => one.includes(THIRD))
    )
    net.check(
      'it was asked for a reservation, as relay of the configuration',
      (await liar.reservations()) > 0
    )
    net.check('a stranger causes no connection to it', machine.begun(THIRD) === 0)
    const begunForDht = machine.begun(THIRD_OF_DHT)
    net.check(
      `what a server of the DHT names, at most ${BOUND_OF_DHT}: ${begunForDht}`,
      begunForDht > 0 && begunForDht <= BOUND_OF_DHT
    )
    await node.call('bookPut', { name: 'liar', who: liar.peer })
    liarMachine.ip('link', 'set', 'eth0', 'down')
    await letPass(WATCHED)
    const begun = machine.begun(THIRD)
    net.check(`a peer of the book at most ${BOUND}: ${begun}`, begun <= BOUND)
    await net.within(20, 'and the count is no blind one', async () => {
      await node.call('ping', { who: 'liar', count: 1 }).catch(() => undefined)
      return machine.begun(THIRD) > 0
    })
  }
}
