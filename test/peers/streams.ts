import type { Connection, Stream } from '@libp2p/interface'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { systemClock, withDeadline } from '../../src/clock.ts'
import { tcpCarrier } from '../../src/node/network/create-network.ts'
import { STREAM_WINDOW } from '../../src/node/network/guard/yamux-frames.ts'
import { networkLimits, startNetwork } from '../support/memory-network.ts'

const MIB = 2 ** 20
const WINDOW_UPDATE = 1
/** Milliseconds for one check. */
const DEADLINE = 120_000
/** A reader that waits for a window that does not come would wait for ever: nothing may take this long. */
const SILENCE = 20_000

export interface Check {
  readonly name: string
  readonly holds: boolean
}

/** What a muxer of @libp2p/yamux sends each frame with. */
interface FrameSender {
  sendFrame(
    header: { readonly type: number; readonly flag: number; readonly length: number },
    data?: unknown
  ): boolean
}

/** Window updates that this process sent, those with flags left out. */
let updates = 0
countUpdates()

/** Checks our streams with a peer that offers /peer/sink/1, slow, source and echo. */
export async function* streamChecks(address: string): AsyncGenerator<Check, void, void> {
  const network = await startNetwork({ carrier: tcpCarrier([], networkLimits, false) })
  try {
    const connection = await network.dial(multiaddr(address))
    for (const check of [sends, receives, isReadSlowly, readsSlowly, isFair, staysQuick]) {
      yield await withDeadline(systemClock, DEADLINE, check.name, () => check(connection)).catch(
        (error: unknown): Check => ({ name: `${check.name}: ${String(error)}`, holds: false })
      )
    }
  } finally {
    await network.stop()
  }
}

async function sends(connection: Connection): Promise<Check> {
  const count = await sent(connection, '/peer/sink/1', 32 * MIB)
  return { name: `32 MiB are sent, ${count} bytes arrive`, holds: count === 32 * MIB }
}

async function isReadSlowly(connection: Connection): Promise<Check> {
  const count = await sent(connection, '/peer/slow/1', 4 * MIB)
  return {
    name: `a reader that pauses 5 ms each 16 KiB is sent 4 MiB, ${count} bytes`,
    holds: count === 4 * MIB
  }
}

async function receives(connection: Connection): Promise<Check> {
  const before = updates
  const one = fetched(await connection.newStream('/peer/source/1'), 32 * MIB)
  await one.done
  const { received } = one
  const perMib = (updates - before) / 32
  const name = `32 MiB come, ${received} bytes, with ${perMib.toFixed(1)} window updates a MiB (8 are half windows)`
  return { name, holds: received === 32 * MIB && perMib <= 9 && perMib >= 4 }
}

/** A stream that is paused is sent one window; the rest comes when it goes on. */
async function readsSlowly(connection: Connection): Promise<Check> {
  const stream = await connection.newStream('/peer/source/1')
  let received = 0
  stream.addEventListener('message', ({ data }) => {
    received += data.byteLength
    stream.pause()
  })
  ask(stream, 4 * MIB)
  await systemClock.sleep(1000)
  const first = received
  while (received < 4 * MIB) {
    const before = received
    stream.resume()
    await until(() => received > before)
  }
  const name = `a reader that pauses for each piece gets 4 MiB, ${first} bytes of it in the first second`
  return { name, holds: received === 4 * MIB && first <= STREAM_WINDOW }
}

/** Eight streams at once: when the first is done, none is far behind. */
async function isFair(connection: Connection): Promise<Check> {
  const streams: Stream[] = []
  // One after the other: rust-libp2p drops streams that come faster than they are accepted.
  for (let i = 0; i < 8; i++) streams.push(await connection.newStream('/peer/source/1'))
  const begun = streams.map((stream) => fetched(stream, 4 * MIB))
  await Promise.race(begun.map(({ done }) => done))
  const least = Math.min(...begun.map((one) => one.received))
  await Promise.all(begun.map(({ done }) => done))
  const all = begun.every(({ received }) => received === 4 * MIB)
  const share = Math.round((100 * least) / (4 * MIB))
  return {
    name: `of 8 streams with 4 MiB each the slowest has ${share} % when the first is done`,
    holds: all && share >= 25
  }
}

/** An echo beside a stream of 32 MiB. */
async function staysQuick(connection: Connection): Promise<Check> {
  const bulk = fetched(await connection.newStream('/peer/source/1'), 32 * MIB)
  const echo = await connection.newStream('/peer/echo/1')
  let echoed = 0
  echo.addEventListener('message', ({ data }) => {
    echoed += data.byteLength
  })
  let asked = 0
  while (bulk.received < 32 * MIB) {
    echo.send(new Uint8Array(100))
    asked += 100
    await until(() => echoed === asked)
  }
  await bulk.done
  await echo.close()
  return {
    name: `${asked / 100} echoes were answered while 32 MiB came`,
    holds: asked >= 1000 && echoed === asked
  }
}

/** Sends that many bytes. @returns how many the peer says it received */
async function sent(connection: Connection, protocol: string, bytes: number): Promise<number> {
  const stream = await connection.newStream(protocol)
  const answer = Buffer.alloc(8)
  let filled = 0
  const ended = new Promise<void>((resolve) => stream.addEventListener('remoteCloseWrite', () => resolve()))
  stream.addEventListener('message', ({ data }) => {
    filled += Buffer.from(data.subarray()).copy(answer, filled)
  })
  const piece = new Uint8Array(16 * 1024)
  for (let left = bytes; left > 0; left -= piece.length)
    if (!stream.send(piece))
      await new Promise<void>((resolve) => stream.addEventListener('drain', () => resolve(), { once: true }))
  await stream.close()
  await ended
  return filled === 8 ? Number(answer.readBigUInt64BE()) : -1
}

/** Has the peer send so many bytes. */
function ask(stream: Stream, bytes: number): void {
  const head = Buffer.alloc(8)
  head.writeBigUInt64BE(BigInt(bytes))
  stream.send(head)
}

interface Fetched {
  received: number
  /** Resolves when all has come and the peer has ended its side. */
  readonly done: Promise<void>
}

/** Has the peer send so many bytes. */
function fetched(stream: Stream, bytes: number): Fetched {
  const done = new Promise<void>((resolve) => stream.addEventListener('remoteCloseWrite', () => resolve()))
  const fetch: Fetched = { received: 0, done }
  stream.addEventListener('message', ({ data }) => {
    fetch.received += data.byteLength
  })
  ask(stream, bytes)
  return fetch
}

/** Looks each turn of the event loop, as test/support/until.ts does not: echoes are counted. @throws Error where it does not hold soon */
async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + SILENCE
  while (!holds()) {
    if (performance.now() > end) throw new Error(`nothing came for ${SILENCE} ms`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function countUpdates(): void {
  const [local, remote] = multiaddrConnectionPair()
  const muxer = yamux()().createStreamMuxer(local)
  const prototype = Object.getPrototypeOf(muxer) as FrameSender
  muxer.abort(new Error('only its class was wanted'))
  remote.abort(new Error('only its class was wanted'))
  const { sendFrame } = prototype
  prototype.sendFrame = function (this: FrameSender, header, data) {
    if (header.type === WINDOW_UPDATE && header.flag === 0 && header.length > 0) updates++
    return sendFrame.call(this, header, data)
  }
}
