import { randomBytes } from 'node:crypto'
import type { Stream } from '@libp2p/interface'
import t, { type Test } from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { firstFrame, hold, release } from '../../../src/protocol/circuit/first-frame.ts'
import { prefixed } from '../../../src/protocol/frame-splitter.ts'
import { decodeStatus, encodeOpen, encodeStatus } from '../../../src/protocol/via/codec.ts'
import { MAX_FRAME_BYTES } from '../../../src/protocol/via/constants.ts'
import { VIA_PROTOCOL } from '../../../src/protocol/via/index.ts'
import type { ViaLimits } from '../../../src/protocol/via/limits.ts'
import { until } from '../../support/until.ts'
import { chain, end, type ViaNode, type ViaPlan } from '../../support/via.ts'

const signal = new AbortController().signal
const WINDOW = 262_144
/** So that no rate holds anything up. */
const LIFTED: Partial<ViaLimits> = { rate: 2 ** 30, totalRate: 2 ** 30, burst: 2 ** 26 }

interface Joined {
  readonly near: Stream
  readonly far: Stream
  readonly hop: ViaNode
}

/** Two streams that a hop has joined: of the caller, and of the target; both are held. */
async function joined(t: Test, plan: ViaPlan): Promise<Joined> {
  const [circuit] = await allJoined(t, plan, 1)
  if (circuit === undefined) throw new Error('there is no circuit')
  return circuit
}

/** So many circuits through one hop. */
async function allJoined(t: Test, plan: ViaPlan, count: number): Promise<Joined[]> {
  const nodes = await chain(t, 3, { 1: plan, 2: { isOffered: false } })
  const [a, hop, c] = [end(nodes, 0), end(nodes, 1), end(nodes, 2)]
  let taken = Promise.withResolvers<Stream>()
  await c.network.handle(VIA_PROTOCOL, (stream) => {
    firstFrame(stream, MAX_FRAME_BYTES, signal).then(() => {
      stream.send(prefixed(encodeStatus(undefined)))
      taken.resolve(stream)
    }, taken.reject)
  })
  const [connection] = a.network.getConnections(hop.network.peerId)
  if (connection === undefined) throw new Error('not connected')
  const circuits: Joined[] = []
  for (let i = 1; i <= count; i++) {
    taken = Promise.withResolvers<Stream>()
    const near: Stream = await connection.newStream(VIA_PROTOCOL)
    near.send(prefixed(encodeOpen({ to: [c.peer], from: [] })))
    t.equal(decodeStatus(await firstFrame(near, MAX_FRAME_BYTES, signal)), undefined)
    circuits.push({ near, far: await taken.promise, hop })
    await until(() => hop.via.counters.carried === i)
  }
  return circuits
}

/** Sends in pieces of so many bytes while the stream takes more, so many bytes at most. @returns bytes that it took */
function flood(stream: Stream, piece: number, most: number): () => number {
  const bytes = randomBytes(piece)
  let sent = 0
  const push = (): void => {
    while (stream.writeStatus === 'writable' && !stream.writableNeedsDrain && sent < most) {
      stream.send(bytes)
      sent += piece
    }
  }
  stream.addEventListener('drain', () => queueMicrotask(push))
  push()
  return () => sent
}

/** What comes on a stream from now on; it is released. */
function bytesOf(stream: Stream): Uint8Array[] {
  const parts: Uint8Array[] = []
  stream.addEventListener('message', ({ data }) => parts.push(data.slice()))
  release(stream)
  return parts
}

function total(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0)
}

async function settle(): Promise<void> {
  for (let i = 0; i < 100; i++) await new Promise((resolve) => setImmediate(resolve))
}

t.test('a slow reader holds up the writer, and the hop holds one window', async (t) => {
  const { near, far, hop } = await joined(t, { limits: LIFTED })
  hold(far)
  const sent = randomBytes(4 * 1024 * 1024)
  let at = 0
  const push = (): void => {
    while (near.writeStatus === 'writable' && !near.writableNeedsDrain && at < sent.length) {
      near.send(sent.subarray(at, at + 16_384))
      at += 16_384
    }
  }
  near.addEventListener('drain', () => queueMicrotask(push))
  push()
  await settle()
  // One window at the target, one at the hop, and a write of the caller and of the hop that did not fit.
  t.ok(at <= 2 * WINDOW + 2 * 16_384, `${at} bytes were taken`)
  const { bytes = 0 } = hop.via.counters
  t.ok(bytes <= WINDOW + 8192, `${bytes} went on`)
  t.equal(near.status, 'open')
  const parts = bytesOf(far)
  await until(() => total(parts) === sent.length)
  t.ok(Buffer.concat(parts).equals(sent), 'all came, in order')
})

t.test('circuits that nobody reads take a window each way of a hop, in whatever pieces', async (t) => {
  const circuits = await allJoined(t, { limits: LIFTED }, 3)
  const sent = circuits.flatMap(({ near, far }, i) => {
    hold(near)
    hold(far)
    const piece = [32_768, 16_000, 500][i] ?? 1
    return [flood(near, piece, 4 * WINDOW), flood(far, piece, 4 * WINDOW)]
  })
  const hop = circuits[0]?.hop
  const held = (): number => hop?.via.counters['held'] ?? 0
  // A window at the other end, and at the hop what was granted before bytes had to wait: half of one, or one.
  await until(() => sent.every((bytes) => bytes() >= 1.5 * WINDOW))
  await settle()
  for (const bytes of sent) t.ok(bytes() <= 2 * WINDOW + 2 * 32_768, `${bytes()} bytes were taken`)
  const windows = 2 * circuits.length * WINDOW
  t.ok(held() >= windows / 2, `${held()} bytes of memory, windows of ${windows}`)
  t.ok(held() <= windows * 1.2, `${held()} bytes of memory, windows of ${windows}`)
  for (const { near } of circuits) near.abort(new Error('enough'))
  await until(() => hop?.via.counters.circuits === 0)
  t.equal(held(), 0)
})

t.test('a sender is granted what was passed on before all of it was', async (t) => {
  const clock = new VirtualClock()
  const limits = { rate: WINDOW / 10, totalRate: 2 ** 30, burst: 8192 }
  const { near, far, hop } = await joined(t, { clock, limits })
  const came = bytesOf(far)
  const sent = flood(near, 16_384, 4 * WINDOW)
  await until(() => total(came) >= 8192)
  while (total(came) < 0.6 * WINDOW) {
    await clock.advance(100)
    await settle()
  }
  t.ok(sent() >= 1.5 * WINDOW, `${sent()} bytes were taken, ${total(came)} passed on`)
  t.ok(sent() - total(came) <= WINDOW + 16_384, 'never more than a window waits')
  t.ok((hop.via.counters['held'] ?? 0) <= 1.2 * WINDOW)
})

t.test('a half-close passes on, the other direction goes on', async (t) => {
  const { near, far, hop } = await joined(t, { limits: LIFTED })
  const atFar = bytesOf(far)
  const atNear = bytesOf(near)
  near.send(new Uint8Array(100_000))
  await near.close()
  await until(() => far.remoteWriteStatus === 'closed')
  t.equal(total(atFar), 100_000)
  t.equal(far.writeStatus, 'writable')
  far.send(new Uint8Array(50_000))
  await far.close()
  await until(() => near.status === 'closed')
  t.equal(total(atNear), 50_000)
  await until(() => hop.via.counters.circuits === 0)
})

for (const side of ['near', 'far'] as const) {
  t.test(`a reset of the ${side} side passes on`, async (t) => {
    const streams = await joined(t, {})
    const other = side === 'near' ? streams.far : streams.near
    streams[side].abort(new Error('enough'))
    await until(() => other.status === 'reset')
    t.equal(other.status, 'reset')
    await until(() => streams.hop.via.counters.circuits === 0)
  })
}

t.test('the rates hold: of a direction, and of the node', async (t) => {
  for (const [rate, totalRate] of [
    [10_000, 2 ** 30],
    [2 ** 30, 10_000]
  ] as const) {
    const clock = new VirtualClock()
    const { near, far } = await joined(t, { clock, limits: { rate, totalRate, burst: 8192 } })
    const parts = bytesOf(far)
    near.send(new Uint8Array(100_000))
    await until(() => total(parts) >= 8192)
    const before = total(parts)
    for (let i = 0; i < 50; i++) {
      await clock.advance(100)
      await settle()
    }
    const passed = total(parts) - before
    t.ok(Math.abs(passed - 50_000) <= 8192, `${passed} bytes in 5 s at 10,000 a second`)
  }
})
