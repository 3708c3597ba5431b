import type { Stream, StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import t, { type Test } from 'tap'
import { STREAM_WINDOW } from '../../../src/node/network/guard/yamux-frames.ts'
import { spareWindowUpdates } from '../../../src/node/network/window-updates.ts'

const WINDOW_UPDATE = 1

interface Pair {
  readonly outbound: Stream
  readonly inbound: Stream
  /** Window updates that the receiver of the stream sent. */
  readonly updates: () => number
}

/** A stream between two muxers; both spare their updates, or only the receiver does. */
async function pair(t: Test, senderSpares: boolean): Promise<Pair> {
  const [dialed, accepted] = multiaddrConnectionPair()
  const stock = (): StreamMuxerFactory =>
    yamux({
      streamOptions: { initialStreamWindowSize: STREAM_WINDOW, maxStreamWindowSize: STREAM_WINDOW }
    })() as unknown as StreamMuxerFactory
  let updates = 0
  const send = accepted.send.bind(accepted)
  accepted.send = (data) => {
    if (data.subarray(0, 2)[1] === WINDOW_UPDATE) updates++
    return send(data)
  }
  const client = (senderSpares ? spareWindowUpdates(stock()) : stock()).createStreamMuxer(dialed)
  const server = spareWindowUpdates(stock()).createStreamMuxer(accepted)
  t.teardown(() => [client, server].map((muxer) => muxer.abort(new Error('the test is over'))))
  const inbound = next(server)
  const outbound = await client.createStream()
  return { outbound, inbound: await inbound, updates: () => updates }
}

function next(muxer: StreamMuxer): Promise<Stream> {
  return new Promise((resolve) =>
    muxer.addEventListener('stream', ({ detail }) => resolve(detail), { once: true })
  )
}

/** Sends all; waits for drains. */
async function write(stream: Stream, bytes: number, piece: number): Promise<void> {
  for (let sent = 0; sent < bytes; sent += piece)
    if (!stream.send(new Uint8Array(piece)))
      await new Promise((resolve) => stream.addEventListener('drain', resolve, { once: true }))
}

async function read(stream: Stream, bytes: number): Promise<number> {
  let received = 0
  for await (const data of stream) {
    received += data.byteLength
    if (received >= bytes) break
  }
  return received
}

t.test(
  'small messages within half a window are answered by no update but that which opens the stream',
  async (t) => {
    const { outbound, inbound, updates } = await pair(t, true)
    const half = STREAM_WINDOW / 2
    const reading = read(inbound, half - 128)
    await write(outbound, half - 128, 128)
    t.equal(await reading, half - 128)
    t.equal(updates(), 1)
  }
)

for (const senderSpares of [true, false]) {
  t.test(
    `2 MiB arrive with an update for each half window, sender ${senderSpares ? 'spares' : 'is stock'}`,
    async (t) => {
      const { outbound, inbound, updates } = await pair(t, senderSpares)
      const bytes = 8 * STREAM_WINDOW
      const reading = read(inbound, bytes)
      await write(outbound, bytes, 1024)
      t.equal(await reading, bytes)
      t.ok(updates() <= 17, `${updates()} updates`)
      t.ok(updates() >= 8)
    }
  )
}

t.test('a reader that pauses is sent one window, and the rest when it goes on', async (t) => {
  const { outbound, inbound } = await pair(t, true)
  let received = 0
  inbound.addEventListener('message', ({ data }) => {
    received += data.byteLength
  })
  inbound.pause()
  const writing = write(outbound, 4 * STREAM_WINDOW, 4096)
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
  t.equal(received, 0)
  t.ok(outbound.writableNeedsDrain)
  inbound.resume()
  await writing
  while (received < 4 * STREAM_WINDOW) await new Promise((resolve) => setImmediate(resolve))
  t.equal(received, 4 * STREAM_WINDOW)
})
