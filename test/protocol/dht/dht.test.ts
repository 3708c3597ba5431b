import t from 'tap'
import { KAD_PROTOCOL, MAX_STREAM_BYTES } from '../../../src/protocol/dht/constants.ts'
import { type DhtNode, dhtNode, found as foundBy } from '../../support/dht/node.ts'
import { until } from '../../support/until.ts'

const signal = AbortSignal.timeout(60_000)

async function found(one: DhtNode, other: DhtNode): Promise<string[]> {
  return await foundBy(one, other.peer, signal)
}

t.test('a client finds another client by a server that both know', async (t) => {
  const server = await dhtNode(t, { serve: true })
  const asker = await dhtNode(t, { bootstrap: [server.address] })
  const sought = await dhtNode(t, { bootstrap: [server.address] })
  await until(() => asker.dht.status.servers === 1 && sought.dht.status.servers === 1)
  t.same(asker.dht.status, { mode: 'client', servers: 1, bootstrap: { configured: 1, connected: 1 } })
  t.equal(server.dht.status.mode, 'server')
  await until(async () => (await found(asker, sought).catch(() => [])).length > 0)
  t.match(await found(asker, sought), [sought.address.replace(/\/p2p\/.*/, '')])
})

t.test('who does not want to be found is not, nor who is denied, nor who speaks no DHT', async (t) => {
  let denied = ''
  const server = await dhtNode(t, { serve: true, mayTell: (peer) => peer !== denied })
  const asker = await dhtNode(t, { bootstrap: [server.address] })
  const hidden = await dhtNode(t, { bootstrap: [server.address], isFindable: false })
  const known = await dhtNode(t, { bootstrap: [server.address] })
  denied = known.peer
  await until(() => [asker, hidden, known].every(({ dht }) => dht.status.servers === 1))
  // Each has asked for itself by now: a question makes nobody a server.
  await until(() => (server.dht.counters['answered'] ?? 0) >= 3)
  for (const peer of [hidden, known]) await t.rejects(found(asker, peer), { code: 'not-found' })
  denied = ''
  await until(async () => (await found(asker, known).catch(() => [])).length > 0)
  t.pass('the other is found when it is not denied')
})

t.test('without a server nothing is searched', async (t) => {
  const alone = await dhtNode(t)
  await t.rejects(found(alone, alone), {
    code: 'not-found',
    message: /no server of it is connected/
  })
})

t.test('a bootstrap peer that is absent is dialled again until it is there', async (t) => {
  const server = await dhtNode(t, { serve: true })
  const gone = server.address.replace(/memory\/[^/]+/, 'memory/not-there')
  const client = await dhtNode(t, { bootstrap: [gone], limits: { retryMin: 100, retryMax: 200 } })
  await until(() => client.dialled.length > 3)
  t.equal(client.dht.status.bootstrap.connected, 0)
  await client.network.dial(server.network.getMultiaddrs())
  await until(() => client.dht.status.bootstrap.connected === 1)
  t.pass('connected in the end')
})

t.test('what servers name is dialled within the budget of the minute alone', async (t) => {
  const servers: DhtNode[] = []
  for (let i = 0; i < 8; i++)
    servers.push(
      await dhtNode(t, { serve: true, bootstrap: servers.slice(0, 1).map(({ address }) => address) })
    )
  const [first] = servers
  await until(() => (first?.dht.status.servers ?? 0) >= 7)
  const client = await dhtNode(t, { bootstrap: [first?.address ?? ''], limits: { dialsPerMinute: 2 } })
  await until(() => client.dht.status.servers > 0)
  await found(client, await dhtNode(t)).catch(() => undefined)
  t.ok(client.dialled.length <= 3, `${client.dialled.length} dials: the bootstrap peer and two more`)
})

t.test('addresses that may not be dialled are not', async (t) => {
  const first = await dhtNode(t, { serve: true })
  const second = await dhtNode(t, { serve: true, bootstrap: [first.address] })
  await until(() => first.dht.status.servers === 1)
  const client = await dhtNode(t, { bootstrap: [first.address], dialable: () => [] })
  await until(() => client.dht.status.servers > 0)
  await found(client, second).catch(() => undefined)
  t.same([...new Set(client.dialled)], [first.peer])
})

/** A message of the DHT (libp2p specs, kad-dht, RPC messages) with its length: type and key. */
function message(type: number, key: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.of(0x08, type, 0x12, key.length), key])
  return Buffer.concat([Buffer.of(body.length), body])
}

t.test(
  'only FIND_NODE is answered; records and providers of others are neither kept nor given',
  async (t) => {
    const server = await dhtNode(t, { serve: true })
    const caller = await dhtNode(t)
    const connection = await caller.network.dial(server.network.getMultiaddrs())
    const key = caller.network.peerId.toMultihash().bytes
    for (const [type, answered] of [
      [0, false], // PUT_VALUE
      [1, false], // GET_VALUE
      [2, false], // ADD_PROVIDER
      [3, false], // GET_PROVIDERS
      [4, true] // FIND_NODE
    ] as const) {
      const stream = await connection.newStream(KAD_PROTOCOL)
      const ended = new Promise<boolean>((resolve) => {
        stream.addEventListener('message', () => resolve(true), { once: true })
        stream.addEventListener('close', () => resolve(false), { once: true })
      })
      stream.send(message(type, key))
      t.equal(await ended, answered, `type ${type}`)
      stream.abort(new Error('asked'))
    }
  }
)

t.test('a caller that asks too often, or sends more than questions take, is reset', async (t) => {
  const server = await dhtNode(t, { serve: true, limits: { askRate: 0.1, askBurst: 2 } })
  const caller = await dhtNode(t)
  const connection = await caller.network.dial(server.network.getMultiaddrs())
  const often = await connection.newStream(KAD_PROTOCOL)
  let answers = 0
  often.addEventListener('message', () => answers++)
  const reset = new Promise((resolve) => often.addEventListener('close', resolve, { once: true }))
  for (let i = 0; i < 5; i++) often.send(message(4, caller.network.peerId.toMultihash().bytes))
  await reset
  t.ok(answers <= 2, `${answers} answers`)
  const large = await connection.newStream(KAD_PROTOCOL)
  const closed = new Promise((resolve) => large.addEventListener('close', resolve, { once: true }))
  // The length of a message of 3 MiB, and a part of it.
  large.send(Buffer.concat([Buffer.of(0x80, 0x80, 0xc0, 0x01), Buffer.alloc(MAX_STREAM_BYTES)]))
  await closed
  t.not(large.status, 'open')
})
