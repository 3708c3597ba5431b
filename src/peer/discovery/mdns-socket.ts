import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import multicastDns, { type MulticastDNS } from 'multicast-dns'
import type { ChosenInterface } from './chosen-interface.ts'

/** RFC 6762 section 3. */
export const MDNS_PORT = 5353
/** RFC 6762 section 3. */
export const GROUPS = { IPv4: '224.0.0.251', IPv6: 'ff02::fb' } as const
/** The address of a socket that receives multicasts. */
const ANY = { IPv4: '0.0.0.0', IPv6: '::' } as const

const HEAD_BYTES = 12 // RFC 1035 section 4.1.1
/** A question has a name of one byte at least, a type and a class. */
const MIN_RECORD = 5
/** Where the head counts questions, answers, authorities and additional records. */
const COUNTS_AT = [4, 6, 8, 10]

/** mDNS on one interface. @param port MDNS_PORT, or one that makes a network of its own */
export function openMdns({ family, multicast }: ChosenInterface, port: number): MulticastDNS {
  const socket = mdnsSocket(family)
  return multicastDns({ port, ip: GROUPS[family], interface: multicast, bind: ANY[family], socket })
}

/**
 * Sends a message to the group from a port of its own, where answers to it arrive and those of the group do not.
 * @param port of the group
 */
export function openOwnPort(
  { family, multicast }: ChosenInterface,
  port: number,
  message: Uint8Array
): MulticastDNS {
  const socket = mdnsSocket(family, false)
  const opened = multicastDns({ port, ip: GROUPS[family], interface: multicast, bind: false, socket })
  // multicast-dns has chosen the interface by then: it listened for this event first.
  socket.once('listening', () =>
    socket.send(message, port, GROUPS[family], (error) => {
      if (error) opened.emit('warning', error)
    })
  )
  socket.bind(0, ANY[family])
  return opened
}

/**
 * The socket for multicast-dns, without two kinds of packets. Where the head counts more records than the packet has
 * room for, its decoder allocates 2 MB for twelve bytes that claim 65,535 of each. Where the source port is 0 (RFC 768
 * allows it, where no reply is expected), its answer to that port throws in a later tick, where nobody can catch it.
 * @param reuseAddr whether other programs may use its port as well, as that of mDNS
 */
export function mdnsSocket(family: 'IPv4' | 'IPv6' = 'IPv4', reuseAddr = true): Socket {
  const isIPv4 = family === 'IPv4'
  const socket = createSocket({ type: isIPv4 ? 'udp4' : 'udp6', reuseAddr, ipv6Only: !isIPv4 })
  const emit = socket.emit.bind(socket)
  socket.emit = (event: string | symbol, ...args: unknown[]): boolean =>
    event === 'message' && !isTaken(args[0], args[1] as RemoteInfo) ? false : emit(event, ...args)
  return socket
}

function isTaken(packet: unknown, { port }: RemoteInfo): boolean {
  return port !== 0 && packet instanceof Uint8Array && hasRoom(packet)
}

/** Whether a DNS packet has room for as many records as its head counts. */
export function hasRoom(packet: Uint8Array): boolean {
  const records = COUNTS_AT.reduce((sum, at) => sum + (((packet[at] ?? 0) << 8) | (packet[at + 1] ?? 0)), 0)
  return packet.length >= HEAD_BYTES + records * MIN_RECORD
}
