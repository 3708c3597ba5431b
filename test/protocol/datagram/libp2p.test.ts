import { networkInterfaces } from 'node:os'
import type { Stream } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import t from 'tap'
import { systemClock } from '../../../src/clock.ts'
import { defined } from '../../../src/defined.ts'
import type { DatagramFlow } from '../../../src/protocol/datagram/flow.ts'
import { DATAGRAM_PROTOCOL, DatagramExchange } from '../../../src/protocol/datagram/index.ts'
import { type RealNode, realNode } from '../../support/datagram/libp2p.ts'
import { until } from '../../support/until.ts'

const PROTOCOL = '/voice/pcm/v1'

interface Answer {
  readonly id: number
  readonly bytes: Buffer
}

async function joined(listen?: string): Promise<[RealNode, RealNode]> {
  const nodes = [
    await realNode({ ...defined({ listen }) }),
    await realNode({ ...defined({ listen }) })
  ] as const
  await nodes[0].libp2p.dial(nodes[1].libp2p.getMultiaddrs())
  await until(() => nodes[1].libp2p.getConnections().length > 0)
  return [...nodes]
}

async function echo([a, b]: readonly [RealNode, RealNode]): Promise<{
  flow: DatagramFlow
  exchange: DatagramExchange<Answer>
}> {
  b.datagrams.handle(PROTOCOL, (flow) => (bytes) => flow.send(bytes))
  const exchange = new DatagramExchange<Answer>({
    clock: systemClock,
    read: (bytes) => ({ id: bytes[0] ?? 0, bytes: Buffer.from(bytes) }),
    pending: 8,
    deadline: 10_000
  })
  const receive = (bytes: Uint8Array): void => exchange.receive(bytes)
  return { flow: await a.datagrams.open(b.libp2p.peerId, [PROTOCOL], { receive }), exchange }
}

t.test('two libp2p nodes over TCP, datagrams over UDP', async (t) => {
  const [a, b] = await joined()
  const { flow, exchange } = await echo([a, b])
  t.equal(flow.protocol, PROTOCOL)
  t.equal(flow.peer, b.peer)
  t.same([flow.host, flow.direct], ['127.0.0.1', true])
  t.same((await exchange.ask(flow, 1, Buffer.from([1, 2, 3]))).bytes, Buffer.from([1, 2, 3]), 'by stream')
  await exchange.ask(flow, 1, Buffer.from([1]))
  await until(() => flow.carrier === 'udp' && b.datagrams.status().sessions[0]?.carrier === 'udp')
  t.same((await exchange.ask(flow, 2, Buffer.from([2, 9]))).bytes, Buffer.from([2, 9]), 'by UDP')
  const { ports, traffic } = a.datagrams.status()
  t.match(a.libp2p.getMultiaddrs()[0]?.toString(), `/tcp/${ports[4]}/`, 'UDP has TCP’s number')
  t.match(traffic, { sentUdp: 1, receivedUdp: 1, sentStream: 2, receivedStream: 2 })

  const ended = new Promise((resolve) => flow.onEnd(resolve))
  await b.stop()
  t.match(await ended, /^(closed-by-peer|lost)$/, 'as far as its last words arrive')
  await a.stop()
})

t.test('opened by both at once: one session, one stream', async (t) => {
  const [a, b] = await joined()
  for (const node of [a, b]) node.datagrams.handle(PROTOCOL, () => () => {})
  const receive = (): void => {}
  const flows = await Promise.all([
    a.datagrams.open(b.peer, [PROTOCOL], { receive }),
    b.datagrams.open(a.peer, [PROTOCOL], { receive }),
    a.datagrams.open(b.peer, [PROTOCOL], { receive })
  ])
  t.same(
    flows.map(({ ended }) => ended),
    [undefined, undefined, undefined]
  )
  t.equal(a.datagrams.status().sessions[0]?.flows, 3)
  t.equal(b.datagrams.status().sessions[0]?.flows, 3)
  const streams = a.libp2p.getConnections().flatMap(({ streams }) => streams)
  t.equal(
    streams.filter(({ protocol, status }) => protocol === DATAGRAM_PROTOCOL && status === 'open').length,
    1
  )
  await Promise.all([a.stop(), b.stop()])
})

t.test(
  'IPv6',
  { skip: networkInterfaces()['lo']?.some(({ address }) => address === '::1') ? false : 'no ::1' },
  async (t) => {
    const [a, b] = await joined('/ip6/::1/tcp/0')
    const { flow, exchange } = await echo([a, b])
    for (const id of [1, 2]) await exchange.ask(flow, id, Buffer.from([id]))
    await until(() => flow.carrier === 'udp')
    t.same((await exchange.ask(flow, 2, Buffer.from([2]))).bytes, Buffer.from([2]))
    t.equal(flow.host, '::1')
    await Promise.all([a.stop(), b.stop()])
  }
)

t.test('a peer without datagrams: datagram-unsupported', async (t) => {
  const [a, b] = await joined()
  await b.datagrams.stop()
  await t.rejects(a.datagrams.open(b.peer, [PROTOCOL], { receive: () => {} }), {
    code: 'datagram-unsupported'
  })
  await Promise.all([a.stop(), b.libp2p.stop()])
})

t.test(
  'control frames with a non-minimal length, over 1400 bytes, or cut short end the stream',
  async (t) => {
    const [a, b] = await joined()
    const [connection] = a.libp2p.getConnections(b.libp2p.peerId)
    const hello = Buffer.from(`0101${'11'.repeat(32)}${'c1'.repeat(8)}15b30490`, 'hex')
    const cases: [string, Buffer][] = [
      ['a non-minimal length', Buffer.concat([Buffer.from('ae00', 'hex'), hello])],
      ['1401 bytes', Buffer.concat([Buffer.from('f90a', 'hex'), Buffer.alloc(1401)])],
      ['a length without end', Buffer.from('ffffffff', 'hex')],
      ['an empty frame', Buffer.from('00', 'hex')]
    ]
    for (const [name, bytes] of cases) {
      const stream = (await connection?.newStream(DATAGRAM_PROTOCOL)) as Stream
      const ended = new Promise<void>((resolve) => stream.addEventListener('close', () => resolve()))
      stream.send(bytes)
      await ended
      t.equal(stream.status, 'reset', name)
    }
    t.equal(b.datagrams.status().drops['bad-frame'], cases.length, 'each is counted')
    const stream = (await connection?.newStream(DATAGRAM_PROTOCOL)) as Stream
    const frames = lpStream(stream, { maxDataLength: 1400 })
    await frames.write(hello)
    const accept = await frames.read({ signal: AbortSignal.timeout(2000) })
    t.equal(accept.byteLength, 46, 'a good HELLO is answered after all of that')
    await Promise.all([a.stop(), b.stop()])
  }
)

t.test('what came behind a bad frame is not read', async (t) => {
  const [a, b] = await joined()
  const stream = await a.libp2p.dialProtocol(b.libp2p.peerId, DATAGRAM_PROTOCOL)
  const closed = new Promise((resolve) => stream.addEventListener('close', resolve))
  // CLOSE before HELLO, twice in one flight.
  stream.send(Buffer.from('0306000203060002', 'hex'))
  await closed
  t.equal(b.datagrams.status().drops['bad-frame'], 1)
  await a.stop()
  await b.stop()
})
