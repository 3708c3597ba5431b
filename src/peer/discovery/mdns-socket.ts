import { createSocket, type Socket } from 'node:dgram'

const HEAD_BYTES = 12 // RFC 1035 section 4.1.1
/** A question has a name of one byte at least, a type and a class. */
const MIN_RECORD = 5
/** Where the head counts questions, answers, authorities and additional records. */
const COUNTS_AT = [4, 6, 8, 10]

/**
 * The socket for multicast-dns, without packets whose head counts more records than they have room for: its decoder
 * allocates 2 MB for twelve bytes that claim 65,535 of each.
 */
export function mdnsSocket(family: 'IPv4' | 'IPv6' = 'IPv4'): Socket {
  const isIPv4 = family === 'IPv4'
  const socket = createSocket({ type: isIPv4 ? 'udp4' : 'udp6', reuseAddr: true, ipv6Only: !isIPv4 })
  const emit = socket.emit.bind(socket)
  socket.emit = (event: string | symbol, ...args: unknown[]): boolean =>
    event === 'message' && !(args[0] instanceof Uint8Array && hasRoom(args[0])) ? false : emit(event, ...args)
  return socket
}

/** Whether a DNS packet has room for as many records as its head counts. */
export function hasRoom(packet: Uint8Array): boolean {
  const records = COUNTS_AT.reduce((sum, at) => sum + (((packet[at] ?? 0) << 8) | (packet[at + 1] ?? 0)), 0)
  return packet.length >= HEAD_BYTES + records * MIN_RECORD
}
