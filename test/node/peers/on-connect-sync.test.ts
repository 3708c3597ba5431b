import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Libp2p, PeerId } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../../src/log.ts'
import { OnConnectSync } from '../../../src/node/peers/on-connect-sync.ts'
import { META_TOPIC } from '../../../src/protocol/protocol-registry.ts'
import type { QueryClient } from '../../../src/protocol/query/index.ts'

const TOPIC = '/sensor/temp/v1'

/** One neighbour that comes and goes, and is identified when the test wants it to be. */
class Neighbour extends EventTarget {
  readonly id: PeerId
  readonly protocols = [META_TOPIC, TOPIC]
  readonly peerStore = { get: async (id: PeerId) => (id.equals(this.id) ? this : undefined) }
  described = Promise.withResolvers<void>()
  /** How often it was asked for its latest. */
  reads = 0

  constructor(id: PeerId) {
    super()
    this.id = id
  }

  getConnections(): unknown[] {
    return [{}]
  }

  comes(): void {
    this.described = Promise.withResolvers()
    this.dispatchEvent(new CustomEvent('peer:update', { detail: { peer: this } }))
  }

  /** As on a later connection with the same protocols: the peer store has nothing to update. */
  identifiesItself(): void {
    this.described = Promise.withResolvers()
    const detail = { peerId: this.id, protocols: this.protocols }
    this.dispatchEvent(new CustomEvent('peer:identify', { detail }))
  }

  leaves(): void {
    this.dispatchEvent(new CustomEvent('peer:disconnect', { detail: this.id }))
  }
}

async function bench(): Promise<{ neighbour: Neighbour; onConnectSync: OnConnectSync; clock: VirtualClock }> {
  const clock = new VirtualClock()
  const neighbour = new Neighbour(peerIdFromPrivateKey(await generateKeyPair('Ed25519')))
  const queries = {
    describe: () => neighbour.described.promise,
    async read(_peer: string, _protocols: readonly string[], { who }: { who?: string }) {
      if (who === undefined) neighbour.reads += 1
      return []
    }
  }
  const onConnectSync = new OnConnectSync({
    libp2p: neighbour as unknown as Libp2p,
    queries: queries as unknown as QueryClient,
    clock,
    log: silentLog,
    deadline: 15_000,
    protocols: () => [TOPIC],
    self: 'ourselves',
    ownProtocols: () => [],
    ownRun: () => {},
    received: () => {}
  })
  onConnectSync.start()
  return { neighbour, onConnectSync, clock }
}

t.test('a neighbour is asked for its latest once a connection, as soon as somebody wants it', async (t) => {
  const { neighbour, onConnectSync, clock } = await bench()
  neighbour.comes()
  neighbour.described.resolve()
  await clock.advance(1000)
  t.equal(neighbour.reads, 0, 'nobody wants it')
  onConnectSync.want()
  onConnectSync.want()
  await clock.advance(1000)
  t.equal(neighbour.reads, 1)
  neighbour.leaves()
  neighbour.comes()
  neighbour.described.resolve()
  await clock.advance(1000)
  t.equal(neighbour.reads, 2)
  onConnectSync.stop()
})

t.test('one that leaves while it is identified is asked on its next connection', async (t) => {
  const { neighbour, onConnectSync, clock } = await bench()
  onConnectSync.want()
  neighbour.comes()
  neighbour.leaves()
  neighbour.described.resolve()
  await clock.advance(1000)
  t.equal(neighbour.reads, 0, 'it is away')
  neighbour.comes()
  neighbour.described.resolve()
  await clock.advance(1000)
  t.equal(neighbour.reads, 1)
  onConnectSync.stop()
})

t.test(
  'one whose connection broke before it answered is asked on the next, though nothing of it is new',
  async (t) => {
    const { neighbour, onConnectSync, clock } = await bench()
    onConnectSync.want()
    neighbour.comes()
    neighbour.described.reject(new Error('the stream broke'))
    await clock.advance(1000)
    neighbour.leaves()
    neighbour.identifiesItself()
    neighbour.described.resolve()
    await clock.advance(1000)
    t.equal(neighbour.reads, 1)
    onConnectSync.stop()
  }
)

t.test('one that is never identified costs one deadline, and may try again', async (t) => {
  const { neighbour, onConnectSync, clock } = await bench()
  onConnectSync.want()
  neighbour.comes()
  await clock.advance(15_000)
  neighbour.comes()
  neighbour.described.resolve()
  await clock.advance(1000)
  t.equal(neighbour.reads, 1)
  onConnectSync.stop()
  await clock.advance(0)
  t.equal(clock.pending, 0)
})
