/** What passes over a connection of libp2p, whoever made it: small messages there and back, and many bytes one way. */
import type { Connection, Stream } from '@libp2p/interface'

const ECHO = '/bench/echo/v1'
const TAKE = '/bench/take/v1'
const OPTIONS = { runOnLimitedConnection: true }
const CHUNK = new Uint8Array(32_768)
/** Bytes of a message that is echoed. */
const SMALL = 64

interface Handling {
  handle(protocol: string, handler: (stream: Stream) => void, options: object): Promise<void>
}

/** Sends back what comes. */
export async function serveEcho(network: Handling): Promise<void> {
  const echo = (stream: Stream): void =>
    stream.addEventListener('message', ({ data }) => stream.send(data.subarray()))
  await network.handle(ECHO, echo, OPTIONS)
}

/** Answers once so many bytes came on a stream. */
export async function serveTransfer(network: Handling, bytes: number): Promise<void> {
  await network.handle(TAKE, (stream) => take(stream, bytes), OPTIONS)
}

function take(stream: Stream, bytes: number): void {
  let left = bytes
  stream.addEventListener('message', ({ data }) => {
    left -= data.byteLength
    if (left <= 0) stream.send(new Uint8Array(1))
  })
}

/** Milliseconds, of the later half: the code is compiled by then. */
export async function roundTrips(connection: Connection, count: number): Promise<number[]> {
  const stream = await connection.newStream(ECHO, OPTIONS)
  const times: number[] = []
  for (let i = 0; i < 2 * count; i++) {
    const began = performance.now()
    const back = next(stream)
    stream.send(new Uint8Array(SMALL))
    await back
    times.push(performance.now() - began)
  }
  await stream.close()
  return times.slice(count)
}

/** Sends so many bytes. @returns seconds until the other side has them */
export async function transfer(connection: Connection, bytes: number): Promise<number> {
  const stream = await connection.newStream(TAKE, OPTIONS)
  const began = performance.now()
  const all = next(stream)
  send(stream, bytes)
  await all
  const seconds = (performance.now() - began) / 1000
  await stream.close()
  return seconds
}

/** Sends as fast as the stream takes it. @param bytes until it ends unless given */
export function send(stream: Stream, bytes = Number.POSITIVE_INFINITY): void {
  let left = bytes
  const more = (): void => {
    while (left > 0 && stream.writeStatus === 'writable') {
      const chunk = CHUNK.subarray(0, left)
      left -= chunk.length
      if (!stream.send(chunk)) return
    }
  }
  stream.addEventListener('drain', more)
  more()
}

/** @throws Error where the stream ends instead */
async function next(stream: Stream): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    stream.addEventListener('message', () => resolve(), { once: true })
    stream.addEventListener('close', () => reject(new Error('the stream ended')), { once: true })
  })
}
