// What one read costs, in figures that do not depend on the machine or its load.
import { createHook } from 'node:async_hooks'
import { Session } from 'node:inspector/promises'
import { Socket } from 'node:net'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import t, { type Test } from 'tap'
import { systemClock } from '../../../src/clock.ts'
import { silentLog } from '../../../src/log.ts'
import type { Network } from '../../../src/node/network/create-network.ts'
import { createAnswerVerifier } from '../../../src/protocol/query/client/answer-verifier.ts'
import { DatagramQuery } from '../../../src/protocol/query/client/datagram-query.ts'
import { queryClient, queryServer } from '../../../src/protocol/query/index.ts'
import { SealVerifier } from '../../../src/reading/signed/seal-verify.ts'
import { LooseFlow } from '../../support/datagram/flow.ts'
import { topic } from '../../support/history.ts'
import { localTcp, startNetwork } from '../../support/memory-network.ts'
import {
  asked,
  BenchHub,
  noHistory,
  packOf,
  queryBench,
  queryLimits,
  registry,
  requester
} from '../../support/query/bench.ts'

const signal = new AbortController().signal
const limits = { ...queryLimits, rate: 100_000, burst: 100_000 }
const READS = 100

async function network(t: Test): Promise<Network> {
  const made = await startNetwork({ carrier: localTcp() })
  t.teardown(() => made.stop())
  return made
}

/** A read over a stream of real Noise and yamux over TCP, both ends in this process. */
async function readOverStream(t: Test): Promise<() => Promise<unknown>> {
  const [here, there] = [await network(t), await network(t)]
  const hub = new BenchHub()
  hub.add(packOf(0))
  const server = queryServer({ limits })({
    network: there,
    datagrams: undefined,
    self: asked,
    clock: systemClock,
    registry: { ids: () => [topic], quantitiesOf: (id) => registry.quantitiesOf(id) },
    latest: hub,
    history: noHistory,
    catalogues: { sealed: () => undefined, series: () => [] },
    admission: { answers: () => true },
    mayRead: () => true,
    reseal: (sealed) => sealed,
    onAccessChange: () => () => {},
    clockStatus: () => ({ quality: 0, offset: 0 }),
    log: silentLog,
    callerOf: ({ remotePeer, direct }) => ({ peer: remotePeer.toString(), host: undefined, direct })
  })
  await server.start()
  const connection = await here.dial(there.getMultiaddrs())
  const client = queryClient({ limits })({
    clock: systemClock,
    verifier: createAnswerVerifier(registry, new SealVerifier(), limits.remembered),
    openStream: async (_peer, protocols) => ({ stream: await connection.newStream([...protocols]) })
  })
  t.teardown(() => client.stop())
  return () => client.read(there.peerId.toString(), [topic], { who: asked, n: 'hall' }, signal)
}

/** A read by datagram without the packets: both ends hand the bytes to each other. */
function readByDatagram(): () => Promise<unknown> {
  const bench = queryBench({ limits })
  bench.hub.add(packOf(0))
  const caller = { caller: { peer: requester, host: undefined, direct: true }, protocol: topic }
  const flow = new LooseFlow(asked, topic, (bytes) => {
    const answer = bench.server.answerDatagram(bytes, caller, 1168)
    if (answer !== undefined) setImmediate(() => query.receive(answer))
  })
  const verifier = createAnswerVerifier(registry, new SealVerifier(), limits.remembered)
  const query = new DatagramQuery({ flow, clock: systemClock, verifier, limits })
  return () => query.read({ n: 'hall' }, signal)
}

async function repeat(read: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < READS; i++) await read()
}

/** Frames that all muxers of this process send, by type. */
function countFrames(t: Test): () => readonly [data: number, windows: number] {
  const ends = multiaddrConnectionPair()
  const muxer = yamux()().createStreamMuxer(ends[0])
  const prototype: { sendFrame(header: { readonly type: number }, data?: unknown): unknown } =
    Object.getPrototypeOf(muxer)
  muxer.abort(new Error('only its class was wanted'))
  ends[1].abort(new Error('only its class was wanted'))
  const calls = t.capture(prototype, 'sendFrame', prototype.sendFrame)
  return () => {
    const types = calls().map(({ args }) => args[0].type)
    return [types.filter((type) => type === 0).length, types.filter((type) => type === 1).length]
  }
}

async function promisesOf(work: () => Promise<unknown>): Promise<number> {
  let made = 0
  const hook = createHook({
    init(_id, type) {
      if (type === 'PROMISE') made++
    }
  })
  hook.enable()
  await work()
  hook.disable()
  return made
}

/** Bytes of the heap that the work takes, by V8's sampling of its allocations. */
async function bytesOf(work: () => Promise<unknown>): Promise<number> {
  const session = new Session()
  session.connect()
  const params = {
    samplingInterval: 1024,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true
  }
  await session.post('HeapProfiler.startSampling', params)
  await work()
  const { profile } = await session.post('HeapProfiler.stopSampling')
  session.disconnect()
  let bytes = 0
  for (const nodes = [profile.head]; nodes.length > 0; ) {
    const node = nodes.pop()
    bytes += node?.selfSize ?? 0
    nodes.push(...(node?.children ?? []))
  }
  return bytes
}

t.test('a read over a warm stream is two frames in two writes, and returns no window', async (t) => {
  // Streams keep the method that they were made with.
  const frames = countFrames(t)
  const read = await readOverStream(t)
  await repeat(read)
  // Counts anew from here.
  frames()
  const writes = t.capture(Socket.prototype, 'write', Socket.prototype.write)
  await repeat(read)
  t.equal(writes().length, 2 * READS)
  const [data, windows] = frames()
  t.equal(data, 2 * READS)
  // Half a window is 128 KiB.
  t.ok(windows <= 1, `${windows} window updates`)
})

t.test('what a read makes: promises and bytes', async (t) => {
  const rows = [
    ['by datagram', readByDatagram(), 5, 16_000],
    ['over a stream', await readOverStream(t), 10, 50_000]
  ] as const
  for (const [name, read, maxPromises, maxBytes] of rows) {
    for (let i = 0; i < 6; i++) await repeat(read)
    const reads = (): Promise<void> => repeat(read)
    const promises = (await promisesOf(reads)) / READS
    // Of three: what V8 compiles meanwhile is counted too.
    const tries = [await bytesOf(reads), await bytesOf(reads), await bytesOf(reads)]
    const bytes = Math.min(...tries) / READS
    t.comment(`${name}: ${promises.toFixed(1)} promises, ${bytes.toFixed(0)} bytes`)
    t.ok(promises <= maxPromises, `${name}: ${promises} promises`)
    t.ok(bytes <= maxBytes, `${name}: ${bytes} bytes`)
  }
})
