import { randomBytes } from 'node:crypto'
import type { Connection } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { peerIdFromString } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p, type Libp2p } from 'libp2p'
import { type Clock, systemClock } from '../../../src/clock.ts'
import type { DatagramSockets } from '../../../src/hal/datagram-socket.ts'
import { LinuxDatagramSockets } from '../../../src/hal/linux/datagram-socket.ts'
import { silentLog } from '../../../src/log.ts'
import {
  type DatagramLimits,
  type Datagrams,
  datagrams as datagramsOver
} from '../../../src/protocol/datagram/index.ts'

export interface RealNode {
  readonly libp2p: Libp2p
  readonly datagrams: Datagrams
  readonly peer: string
  stop(): Promise<void>
}

export interface RealNodeOptions {
  readonly listen?: string
  readonly limits?: Partial<DatagramLimits>
  readonly clock?: Clock
  readonly sockets?: DatagramSockets
}

/** A libp2p node over TCP with datagrams over UDP, on this machine. */
export async function realNode({
  listen = '/ip4/127.0.0.1/tcp/0',
  limits,
  clock,
  sockets
}: RealNodeOptions = {}): Promise<RealNode> {
  const libp2p = await createLibp2p({
    addresses: { listen: [listen] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false }
  })
  const datagrams = datagramsOver({ ...(limits && { limits }) })({
    libp2p,
    best: (peer) => openTo(libp2p, peer),
    connect: async (peer, signal) =>
      openTo(libp2p, peer) ?? (await libp2p.dial(peerIdFromString(peer), { signal })),
    inBook: () => true,
    listening: () => libp2p.getMultiaddrs(),
    sockets: sockets ?? new LinuxDatagramSockets(),
    clock: clock ?? systemClock,
    random: randomBytes,
    log: silentLog,
    onLink: () => true
  })
  await datagrams.start()
  const stop = async (): Promise<void> => {
    await datagrams.stop()
    await libp2p.stop()
  }
  return { libp2p, datagrams, peer: libp2p.peerId.toString(), stop }
}

function openTo(libp2p: Libp2p, peer: string): Connection | undefined {
  return libp2p.getConnections(peerIdFromString(peer)).find(({ status }) => status === 'open')
}
