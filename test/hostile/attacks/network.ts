import { identify } from '@libp2p/identify'
import type { Connection, MessageStream, Stream, StreamMuxerFactory } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2p } from 'libp2p'
import { systemClock } from '../../../src/clock.ts'
import type { Target } from '../attack.ts'

/** Milliseconds between two attempts of one attacker. */
const PAUSE = 250

export interface Hostile {
  readonly libp2p: Libp2p
  readonly connection: Connection
  /** The encrypted connection below the muxer. */
  readonly below: MessageStream
}

export interface HostileOptions {
  /** Called before the connection is made. */
  readonly prepare?: (libp2p: Libp2p) => Promise<void>
  /** Multiaddrs that identify names as its own. */
  readonly announce?: readonly string[]
}

/** A new identity, connected, with libp2p's own transport, encryption and muxer. */
async function connectHostile({ address }: Target, options: HostileOptions): Promise<Hostile> {
  let below: MessageStream | undefined
  const muxer = (): StreamMuxerFactory => {
    const real = yamux()() as unknown as StreamMuxerFactory
    return {
      protocol: real.protocol,
      createStreamMuxer(connection) {
        below = connection
        return real.createStreamMuxer(connection)
      }
    }
  }
  const libp2p = await createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [muxer],
    addresses: { announce: [...(options.announce ?? [])] },
    services: { identify: identify() }
  })
  try {
    await options.prepare?.(libp2p)
    const connection = await libp2p.dial(multiaddr(address))
    if (below === undefined) throw new Error('no muxer was made')
    return { libp2p, connection, below }
  } catch (error) {
    await libp2p.stop()
    throw error
  }
}

/** Runs the work with connection after connection until the signal aborts. @returns how many there were */
export async function again(
  target: Target,
  signal: AbortSignal,
  work: (hostile: Hostile) => Promise<void>,
  options: HostileOptions = {}
): Promise<number> {
  let connections = 0
  while (!signal.aborted) {
    const hostile = await connectHostile(target, options).catch(() => undefined)
    if (hostile !== undefined) {
      connections += 1
      await work(hostile).catch(() => {})
      await Promise.resolve(hostile.libp2p.stop()).catch(() => {})
    }
    await systemClock.sleep(PAUSE)
  }
  return connections
}

/** Sends a piece again and again, as fast as the other side takes it. @returns bytes sent until it ended */
export async function pour(
  stream: MessageStream,
  { piece, bytes, signal }: { piece: Uint8Array; bytes: number; signal: AbortSignal }
): Promise<number> {
  let sent = 0
  while (sent < bytes && !signal.aborted && stream.status === 'open') {
    const isFree = stream.send(piece)
    sent += piece.length
    if (!isFree) await drained(stream, signal)
  }
  return sent
}

async function drained(stream: MessageStream, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const options = { once: true }
    stream.addEventListener('drain', () => resolve(), options)
    stream.addEventListener('close', () => resolve(), options)
    signal.addEventListener('abort', () => resolve(), options)
  })
}

/** A stream whose protocol was negotiated. */
export async function open({ connection }: Hostile, protocol: string | string[]): Promise<Stream> {
  return await connection.newStream(protocol)
}

export const MEBIBYTE = 1024 * 1024
