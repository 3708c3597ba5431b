import type { PeerId } from '@libp2p/interface'
import { peerIdFromMultihash } from '@libp2p/peer-id'
import { decode as decodeDigest } from 'multiformats/hashes/digest'
import { badFrame } from '../frame-splitter.ts'
import { type Field, fieldsOf, ProtobufWriter } from './protobuf.ts'

/**
 * The messages of circuit relay v2 (docs/protocols.md section 21), protobuf after an unsigned varint length:
 *
 *     HopMessage  { type: 1 (RESERVE 0, CONNECT 1, STATUS 2), peer: 2, reservation: 3, limit: 4, status: 5 }
 *     StopMessage { type: 1 (CONNECT 0, STATUS 1), peer: 2, limit: 3, status: 4 }
 *     Peer        { id: 1 bytes, addrs: 2 bytes, repeated }
 *     Reservation { expire: 1 uint64, addrs: 2 bytes, repeated, voucher: 3 }
 *     Limit       { duration: 1 uint32 seconds, data: 2 uint64 bytes }
 *
 * Of a peer its addresses are neither sent nor read, and of a reservation no voucher: nobody dials by their word.
 */
export interface RelayMessage {
  readonly type: 'reserve' | 'connect' | 'status'
  readonly peer?: PeerId
  readonly limit?: Limit
  readonly status?: number
  readonly reservation?: Reservation
}

/** What one circuit may carry; 0 means no limit, as does what is absent. */
export interface Limit {
  readonly seconds: number
  readonly bytes: number
}

export interface Reservation {
  /** Unix time in seconds, by the clock of the relay. */
  readonly expire: number
  /** Multiaddrs of the relay. */
  readonly addresses: readonly Uint8Array[]
}

/** The numbers of one of the two messages. */
interface Shape {
  readonly types: readonly RelayMessage['type'][]
  readonly reservation?: number
  readonly limit: number
  readonly status: number
}

export const hopMessage: Shape = {
  types: ['reserve', 'connect', 'status'],
  reservation: 3,
  limit: 4,
  status: 5
}
export const stopMessage: Shape = { types: ['connect', 'status'], limit: 3, status: 4 }

const TYPE = 1
const PEER = 2

export function encodeMessage(shape: Shape, message: RelayMessage): Uint8Array {
  const { type, peer, limit, status, reservation } = message
  const writer = new ProtobufWriter().number(TYPE, shape.types.indexOf(type))
  if (peer !== undefined) writer.bytes(PEER, new ProtobufWriter().bytes(1, peer.toMultihash().bytes).finish())
  if (reservation !== undefined && shape.reservation !== undefined) {
    const inner = new ProtobufWriter().number(1, reservation.expire)
    for (const address of reservation.addresses) inner.bytes(2, address)
    writer.bytes(shape.reservation, inner.finish())
  }
  if (limit !== undefined)
    writer.bytes(shape.limit, new ProtobufWriter().number(1, limit.seconds).number(2, limit.bytes).finish())
  if (status !== undefined) writer.number(shape.status, status)
  return writer.finish()
}

/** @throws NodeError 'bad-frame' */
export function decodeMessage(shape: Shape, bytes: Uint8Array): RelayMessage {
  const fields = fieldsOf(bytes)
  const type = shape.types[numberOf(fields, TYPE) ?? -1]
  if (type === undefined) throw badFrame('its type is not known')
  const peer = bytesOf(fields, PEER)
  const limit = bytesOf(fields, shape.limit)
  const status = numberOf(fields, shape.status)
  const reservation = shape.reservation === undefined ? undefined : bytesOf(fields, shape.reservation)
  return {
    type,
    ...(peer === undefined ? {} : { peer: readPeer(peer) }),
    ...(limit === undefined ? {} : { limit: readLimit(limit) }),
    ...(status === undefined ? {} : { status }),
    ...(reservation === undefined ? {} : { reservation: readReservation(reservation) })
  }
}

function readPeer(bytes: Uint8Array): PeerId {
  const id = bytesOf(fieldsOf(bytes), 1)
  if (id === undefined) throw badFrame('it names no peer')
  try {
    // A PeerId is an identity or sha2-256 multihash (libp2p specs, peer-ids); others throw.
    return peerIdFromMultihash(decodeDigest(id))
  } catch {
    throw badFrame('its peer is not a PeerId')
  }
}

function readLimit(bytes: Uint8Array): Limit {
  const fields = fieldsOf(bytes)
  return { seconds: numberOf(fields, 1) ?? 0, bytes: numberOf(fields, 2) ?? 0 }
}

function readReservation(bytes: Uint8Array): Reservation {
  const fields = fieldsOf(bytes)
  const addresses = fields.flatMap(({ number, value }) =>
    number === 2 && typeof value !== 'number' ? [value] : []
  )
  return { expire: numberOf(fields, 1) ?? 0, addresses }
}

/** Of a field that is there more than once the last counts (protobuf encoding, "Last One Wins"). */
function numberOf(fields: readonly Field[], number: number): number | undefined {
  const value = fields.findLast((field) => field.number === number)?.value
  if (typeof value === 'object') throw badFrame(`its field ${number} is not a number`)
  return value
}

function bytesOf(fields: readonly Field[], number: number): Uint8Array | undefined {
  const value = fields.findLast((field) => field.number === number)?.value
  if (typeof value === 'number') throw badFrame(`its field ${number} is a number`)
  return value
}
