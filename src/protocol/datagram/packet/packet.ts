/**
 * One packet: a UDP payload of 32 to 1200 bytes (docs/protocols.md section 13, "Packet").
 *
 *     offset  bytes  field
 *          0      8  cid      the connection id the receiver chose
 *          8      6  ctr      packet number, big-endian, from 0, never twice under one key
 *         14      2  flow     encrypted from here on; 0 is path control (probe.ts)
 *         16      n  payload  0 to 1168 bytes
 *     16 + n     16  tag
 *
 * ChaCha20-Poly1305 (RFC 8439) over flow and payload; AAD = bytes 0 to 13; nonce = iv XOR (0^6 || ctr).
 */
import { NodeError } from '../../../error.ts'
import {
  CID_BYTES,
  CTR_BYTES,
  HEADER_BYTES,
  MAX_PACKET,
  MAX_PACKETS_PER_KEY,
  TAG_BYTES
} from '../constants.ts'
import { type PacketCipher, packetCipher } from './cipher.ts'
import type { DirectionKey } from './key-schedule.ts'

const FLOW_BYTES = 2
const PAYLOAD_AT = HEADER_BYTES + FLOW_BYTES

/** Encrypts the packets of one direction; owns the buffer that they are sent from. */
export class PacketEncrypter {
  readonly #cipher: PacketCipher
  readonly #cid: Uint8Array
  #packet = Buffer.alloc(0)
  #next: number

  /** @param first the first packet number; other than 0 only in tests of the last number */
  constructor(direction: DirectionKey, cid: Uint8Array, first = 0) {
    this.#cipher = packetCipher(direction)
    this.#cid = cid
    this.#next = first
    this.renew()
  }

  /** Packets encrypted so far. */
  get encrypted(): number {
    return this.#next
  }

  get exhausted(): boolean {
    return this.#next >= MAX_PACKETS_PER_KEY
  }

  /** Takes a new buffer, because the system still sends from the last one. */
  renew(): void {
    this.#packet = Buffer.allocUnsafeSlow(MAX_PACKET)
    this.#packet.set(this.#cid)
  }

  /**
   * @returns the packet, valid until the next encrypt()
   * @throws NodeError 'datagram-key-exhausted' after 2^32 packets
   */
  encrypt(flow: number, payload: Uint8Array): Buffer {
    if (this.exhausted) {
      throw new NodeError('datagram-key-exhausted', 'datagrams: this key has encrypted 2^32 packets', {
        remedy: 'retry'
      })
    }
    const packet = this.#packet
    packet.writeUIntBE(this.#next++, CID_BYTES, CTR_BYTES)
    packet.writeUInt16BE(flow, HEADER_BYTES)
    packet.set(payload, PAYLOAD_AT)
    const end = PAYLOAD_AT + payload.length
    this.#cipher.encrypt(packet, end)
    return packet.subarray(0, end + TAG_BYTES)
  }
}

/** Decrypts the packets of one direction; replays are the replay window's matter. */
export class PacketDecrypter {
  readonly #cipher: PacketCipher

  constructor(direction: DirectionKey) {
    this.#cipher = packetCipher(direction)
  }

  /**
   * @param packet owned by the decrypter from now on: it may be decrypted in place
   * @returns flow and payload, the caller's to keep; undefined for a forgery, which is left as it came
   */
  decrypt(packet: Buffer): Buffer | undefined {
    return this.#cipher.decrypt(packet)
  }
}

/** The packet number; exact, for 48 bits fit a double. */
export function packetNumber(packet: Buffer): number {
  return packet.readUIntBE(CID_BYTES, CTR_BYTES)
}

export function flowOf(plain: Buffer): number {
  return plain.readUInt16BE(0)
}

export function payloadOf(plain: Buffer): Buffer {
  return plain.subarray(FLOW_BYTES)
}
