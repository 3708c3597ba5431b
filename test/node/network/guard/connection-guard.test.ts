import { connect, type Socket } from 'node:net'
import type { Connection } from '@libp2p/interface'
import t, { type Test } from 'tap'
import { systemClock } from '../../../../src/clock.ts'
import type { LogFields } from '../../../../src/log.ts'
import type { Network } from '../../../../src/node/network/create-network.ts'
import type { ConnectionGuard } from '../../../../src/node/network/guard/connection-guard.ts'
import { STREAM_WINDOW } from '../../../../src/node/network/guard/yamux-frames.ts'
import { bytesInUse } from '../../../support/hostile/memory.ts'
import { RawPeer, yamuxHead } from '../../../support/hostile/raw-peer.ts'
import { localTcp, memoryNetwork, startNetwork } from '../../../support/memory-network.ts'
import { until } from '../../../support/until.ts'

const MiB = 1024 * 1024
const PING = '/ipfs/ping/1.0.0'

interface Victim {
  readonly network: Network
  readonly lines: [message: string, fields: LogFields | undefined][]
}

async function victim(t: Test): Promise<Victim> {
  const lines: Victim['lines'] = []
  const say = (message: string, fields?: LogFields): number => lines.push([message, fields])
  const log = { debug() {}, info: say, warn: say, error: say }
  const network = await startNetwork({ carrier: localTcp(), log })
  t.teardown(() => network.stop())
  return { network, lines }
}

async function rawPeer(t: Test, { network }: Victim): Promise<RawPeer> {
  const peer = await RawPeer.dial(network.getMultiaddrs())
  t.teardown(() => peer.stop())
  return peer
}

/** Sends the piece until so many bytes are sent or the other side hangs up. */
async function flood(peer: RawPeer, piece: Uint8Array, bytes: number): Promise<number> {
  let sent = 0
  for (; sent < bytes && !peer.closed; sent += piece.length) await peer.send(piece)
  return sent
}

function line(text: string): Buffer {
  return Buffer.concat([Buffer.of(text.length + 1), Buffer.from(`${text}\n`)])
}

function data(stream: number, payload: Uint8Array, flags = 0): Buffer {
  return Buffer.concat([yamuxHead(0, flags, stream, payload.length), payload])
}

t.test('a frame of 4 GiB: nothing of it is kept, the peer is hung up on, named and refused', async (t) => {
  for (const flags of [0, 1]) {
    const made = await victim(t)
    const peer = await rawPeer(t, made)
    const before = await bytesInUse()
    await peer.send(yamuxHead(0, flags, 1, 0xffffffff))
    await flood(peer, Buffer.alloc(60_000), 64 * MiB)
    await until(() => peer.closed)
    t.equal(peer.closed, true, 'hung up')
    t.ok((await bytesInUse()) - before < 8 * MiB, 'the memory did not grow')
    t.equal(made.lines.length, 1)
    t.match(made.lines[0], [
      'a peer broke the rules of the multiplexer, it is refused for a minute',
      { peer: peer.libp2p.peerId.toString(), error: /bytes of data, a window has|was never opened/ }
    ])
    const again = peer.libp2p.dial(made.network.getMultiaddrs())
    await t.rejects(again.then((connection) => refusedLater(connection)))
  }
})

t.test('each frame that no peer may send ends the connection', async (t) => {
  const frames = [
    yamuxHead(0, 1, 1, 0, 1),
    yamuxHead(9, 0, 0, 0),
    yamuxHead(0, 0, 0, 1),
    yamuxHead(0, 0, 7, 1),
    yamuxHead(2, 0, 0, 1),
    yamuxHead(3, 0, 0, 7)
  ]
  for (const frame of frames) {
    const made = await victim(t)
    const peer = await rawPeer(t, made)
    await peer.send(frame)
    await until(() => peer.closed && made.network.getConnections().length === 0)
    t.equal(peer.closed, true, frame.toString('hex'))
    t.equal(made.lines.length, 1)
  }
})

t.test('a go away of either kind ends the connection, and is no fault', async (t) => {
  for (const code of [0, 2]) {
    const made = await victim(t)
    const peer = await rawPeer(t, made)
    await peer.send(yamuxHead(3, 0, 0, code))
    await until(() => made.network.getConnections().length === 0)
    t.same([made.network.getConnections(), made.lines], [[], []])
  }
})

t.test('more than a window on one stream ends the connection', async (t) => {
  const made = await victim(t)
  const peer = await rawPeer(t, made)
  await peer.send(data(1, line('/multistream/1.0.0'), 1))
  await peer.send(data(1, line(PING)))
  await peer.send(data(1, Buffer.alloc(STREAM_WINDOW)))
  await peer.send(yamuxHead(0, 0, 1, STREAM_WINDOW + 1))
  await until(() => peer.closed)
  t.equal(peer.closed, true)
})

t.test('an unfinished frame in many small pieces takes what has arrived, not more', async (t) => {
  const made = await victim(t)
  const peer = await rawPeer(t, made)
  await peer.send(yamuxHead(0, 1, 1, STREAM_WINDOW))
  const before = await bytesInUse()
  for (let i = 0; i < 20_000; i++) {
    await peer.send(Buffer.of(1))
    if (i % 100 === 0) await systemClock.sleep(1)
  }
  await systemClock.sleep(100)
  t.equal(peer.closed, false)
  t.ok((await bytesInUse()) - before < 4 * MiB)
})

t.test('a message of gossip that comes byte by byte', async (t) => {
  const made = await victim(t)
  const peer = await rawPeer(t, made)
  await peer.send(data(1, line('/multistream/1.0.0'), 1))
  await peer.send(data(1, line('/meshsub/1.1.0')))
  // The length of 1 MiB - 1.
  await peer.send(data(1, Buffer.from('ffff3f', 'hex')))
  await systemClock.sleep(50)
  const before = await bytesInUse()
  const bytes = Buffer.concat(Array.from({ length: 100 }, () => data(1, Buffer.of(7))))
  for (let i = 0; i < 1000; i++) {
    await peer.send(bytes)
    if (i % 20 === 0) await systemClock.sleep(1)
  }
  await systemClock.sleep(200)
  t.equal(peer.closed, false)
  t.ok((await bytesInUse()) - before < 6 * MiB)
})

t.test('streams without a protocol, as many and as full as they may be', async (t) => {
  const made = await victim(t)
  const peer = await rawPeer(t, made)
  // Nothing is read of what is answered: the negotiation of each stream stops when its window is full.
  const before = await bytesInUse()
  const asks = Buffer.concat(Array.from({ length: 15_000 }, () => line('ls')))
  let sent = 0
  for (let stream = 1; stream < 600 && !peer.closed; stream += 2) {
    await peer.send(data(stream, line('/multistream/1.0.0'), 1))
    await peer.send(data(stream, asks))
    sent += asks.length
    if (sent % (4 * asks.length) === 0) await systemClock.sleep(1)
  }
  t.comment(`${(sent / MiB).toFixed(1)} MiB sent, ${peer.closed ? 'hung up' : 'still connected'}`)
  t.ok((await bytesInUse()) - before < 48 * MiB)
})

t.test('pings of the multiplexer whose answers are not read', async (t) => {
  const made = await victim(t)
  const peer = await rawPeer(t, made)
  peer.stopReading()
  const before = await bytesInUse()
  const pings = Buffer.concat(Array.from({ length: 5000 }, (_, i) => yamuxHead(2, 1, 0, i)))
  const sent = await flood(peer, pings, 64 * MiB)
  t.comment(`${(sent / MiB).toFixed(1)} MiB sent`)
  t.ok((await bytesInUse()) - before < 24 * MiB)
})

t.test('pings of libp2p whose answers are not read', async (t) => {
  const made = await victim(t)
  const peer = await rawPeer(t, made)
  await peer.send(data(1, line('/multistream/1.0.0'), 1))
  await peer.send(data(1, line(PING)))
  await systemClock.sleep(50)
  const before = await bytesInUse()
  // The window for our answers is never renewed.
  const sent = await flood(peer, data(1, Buffer.alloc(32_768)), 48 * MiB)
  t.comment(`${(sent / MiB).toFixed(1)} MiB sent`)
  t.ok((await bytesInUse()) - before < 24 * MiB)
})

t.test('a handshake that never ends', async (t) => {
  const made = await victim(t)
  const [address] = made.network.getMultiaddrs()
  const port = Number(address?.getComponents().find(({ name }) => name === 'tcp')?.value)
  const sockets: Socket[] = []
  const before = await bytesInUse()
  for (const opening of [
    // Asks for the list of protocols without end, and reads none of the answers.
    Buffer.concat([line('/multistream/1.0.0'), ...Array.from({ length: 50_000 }, () => line('ls'))]),
    // A line as long as a varint can say.
    Buffer.concat([Buffer.from('ffffffffffffffff7f', 'hex'), Buffer.alloc(MiB)]),
    // The longest message of Noise, never completed, and more behind it.
    Buffer.concat([
      line('/multistream/1.0.0'),
      line('/noise'),
      Buffer.from('ffff', 'hex'),
      Buffer.alloc(60_000)
    ])
  ]) {
    for (let i = 0; i < 3; i++) {
      const socket = connect(port, '127.0.0.1')
      sockets.push(socket)
      socket.on('error', () => {})
      socket.write(opening)
    }
  }
  await systemClock.sleep(1000)
  const grown = (await bytesInUse()) - before
  for (const socket of sockets) socket.destroy()
  t.comment(`${(grown / MiB).toFixed(1)} MiB`)
  t.ok(grown < 16 * MiB)
})

/** The other side may refuse after the handshake: then the connection closes by itself. */
async function refusedLater(connection: Connection): Promise<void> {
  await until(() => connection.status !== 'open')
  if (connection.status !== 'open') throw new Error('refused')
}

for (const moment of ['denyOutboundEncryptedConnection', 'denyOutboundUpgradedConnection'] as const) {
  t.test(`what is closed during its handshake becomes no connection: ${moment}`, async (t) => {
    const dialled = await memoryNetwork()
    const dialler = await memoryNetwork()
    t.teardown(() => Promise.all([dialled.stop(), dialler.stop()]))
    const { gater } = dialler.services.guard as ConnectionGuard
    const ask = gater[moment]?.bind(gater)
    gater[moment] = async (peer, connection) => {
      // As a circuit is when the node stops.
      connection.abort(new Error('the node stops'))
      return (await ask?.(peer, connection)) ?? false
    }
    let opened = 0
    dialler.addEventListener('connection:open', () => {
      opened++
    })
    const timers = timersOf()
    await t.rejects(dialler.dial(dialled.getMultiaddrs()))
    t.equal(opened, 0)
    t.equal(dialler.getConnections().length, 0)
    await until(() => timersOf() <= timers)
  })
}

function timersOf(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
}
