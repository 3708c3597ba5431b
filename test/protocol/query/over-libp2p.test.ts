import type { Libp2p } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import t from 'tap'
import { systemClock } from '../../../src/clock.ts'
import { silentLog } from '../../../src/log.ts'
import { defineSensorProtocol } from '../../../src/protocol/define-sensor-protocol.ts'
import { ProtocolRegistry, sensorProtocols } from '../../../src/protocol/protocol-registry.ts'
import { createAnswerVerifier } from '../../../src/protocol/query/client/answer-verifier.ts'
import {
  type QueryClient,
  type QueryServer,
  queryClient,
  queryServer
} from '../../../src/protocol/query/index.ts'
import { SealVerifier } from '../../../src/reading/signed/seal-verify.ts'
import { topic } from '../../support/history.ts'
import { memoryNetwork } from '../../support/memory-network.ts'
import {
  asked,
  BenchHub,
  noHistory,
  packOf,
  queryLimits,
  RawAsker,
  sealedMeta,
  settle
} from '../../support/query/bench.ts'
import { allQuantities } from '../../support/readings.ts'
import type { PairedStream } from '../../support/stream-pair.ts'

const second = '/sensor/temp/v2'
const registry = new ProtocolRegistry(
  [...sensorProtocols, defineSensorProtocol({ id: second, quantity: 'temperature' })],
  allQuantities
)
const signal = new AbortController().signal

async function serving(libp2p: Libp2p, protocols: readonly string[]): Promise<[BenchHub, QueryServer]> {
  const hub = new BenchHub()
  const server = queryServer({ limits: queryLimits })({
    network: libp2p,
    datagrams: undefined,
    self: asked,
    clock: systemClock,
    registry: { ids: () => protocols, quantitiesOf: (id) => registry.quantitiesOf(id) },
    latest: hub,
    history: noHistory,
    catalogues: { sealed: () => sealedMeta(), series: () => [] },
    admission: { answers: () => true },
    mayRead: () => true,
    reseal: (sealed) => sealed,
    onAccessChange: () => () => {},
    clockStatus: () => ({ quality: 0, errorBound: 0.001, offset: 0 }),
    log: silentLog,
    callerOf: ({ remotePeer, direct }) => ({ peer: remotePeer.toString(), host: undefined, direct })
  })
  await server.start()
  return [hub, server]
}

function asking(libp2p: Libp2p): QueryClient {
  return queryClient({ limits: queryLimits })({
    clock: systemClock,
    verifier: createAnswerVerifier(registry, new SealVerifier(), queryLimits.remembered),
    async openStream(peer, protocols, signal) {
      const options = { signal, runOnLimitedConnection: true }
      return { stream: await libp2p.dialProtocol(peerIdFromString(peer), [...protocols], options) }
    }
  })
}

/** The sensor protocols of the open streams to a peer. */
function streamsOf(libp2p: Libp2p, peer: string): string {
  const streams = libp2p.getConnections(peerIdFromString(peer)).flatMap((connection) => connection.streams)
  return streams
    .map(({ protocol }) => protocol)
    .filter((protocol) => protocol.startsWith('/sensor/'))
    .join(' ')
}

t.test(
  'a client that leaks streams is answered on the newest; those beyond the limit are reset',
  async (t) => {
    const [served, leaking] = await Promise.all([memoryNetwork(), memoryNetwork()])
    t.teardown(() => Promise.all([served.stop(), leaking.stop()]))
    const [hub, server] = await serving(served, [topic])
    hub.add(packOf(0))
    const connection = await leaking.dial(served.getMultiaddrs())
    const askers: RawAsker[] = []
    for (let opened = 1; opened <= 20; opened++) {
      const asker = new RawAsker((await connection.newStream(topic)) as unknown as PairedStream)
      askers.push(asker)
      asker.send({ id: 1, op: 'read', n: 'hall', who: asked })
      while (asker.answers.length === 0 && !asker.closed) await settle()
      t.equal(asker.answers[0]?.end, true, `stream ${opened}`)
    }
    while (askers.filter(({ closed }) => !closed).length > queryLimits.streamsPerPeer) await settle()
    t.strictSame(
      askers.map(({ closed }) => closed),
      askers.map((_, i) => i < 16),
      'the oldest gave way'
    )
    t.equal(server.sessions, 4)

    for (const asker of askers.slice(16)) asker.send({ id: 2, op: 'observe', n: 'hall', who: asked })
    while (askers.slice(16).some(({ answers }) => answers.length < 2)) await settle()
    const fifth = await connection.newStream(topic).catch(() => undefined)
    while (fifth?.status === 'open') await settle()
    t.equal(server.sessions, 4, 'a stream with an open request does not give way')
  }
)

t.test('between real nodes: read, observe, time, and the newest common version', async (t) => {
  const [old, young, reader] = await Promise.all([memoryNetwork(), memoryNetwork(), memoryNetwork()])
  t.teardown(() => Promise.all([old.stop(), young.stop(), reader.stop()]))
  await reader.dial(old.getMultiaddrs())
  await reader.dial(young.getMultiaddrs())
  const client = asking(reader)
  const [hub, server] = await serving(old, [topic])
  const [youngHub] = await serving(young, [second, topic])
  const peer = old.peerId.toString()
  const youngPeer = young.peerId.toString()
  const protocols = [second, topic]
  const who = asked

  hub.add(packOf(0))
  youngHub.add(packOf(0))
  t.match(await client.read(peer, protocols, { who }, signal), [{ topic, author: asked }])
  t.match(await client.read(youngPeer, protocols, { who }, signal), [{ topic: second }])
  t.equal(streamsOf(reader, peer), topic)
  t.equal(streamsOf(reader, youngPeer), second)

  const events = client.observe(peer, protocols, { who, credit: 4 }, signal)
  t.match((await events.next()).value, { kind: 'sealed', old: true })
  // More than the credit: what finds none is left out, the newest comes.
  for (let seq = 1; seq <= 300; seq++) hub.add(packOf(seq))
  const seen: number[] = []
  while (seen.at(-1) !== 300) {
    const event = (await events.next()).value
    if (event?.kind === 'sealed') seen.push(event.sealed.readings[0]?.position.seq ?? -1)
  }
  t.same(
    seen,
    seen.toSorted((a, b) => a - b)
  )
  await events.return()

  const { offset, errorBound } = await client.time(peer, protocols, signal)
  t.ok(Math.abs(offset) < 100 && errorBound < 0.1, `${offset} ms, ${errorBound} s`)

  await server.stop()
  await server.start()
  t.equal((await client.read(peer, protocols, { who }, signal)).length, 1, 'a closed stream is replaced')
})
