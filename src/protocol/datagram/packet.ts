/**
 * One packet: a UDP payload of 32 to 1200 bytes.
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
import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { NodeError } from '../../error.ts'
import type { DirectionKey } from './keys.ts'

export const MAX_PACKET = 1200
export const MIN_PACKET = 32
export const MAX_PAYLOAD = 1168
export const CID_BYTES = 8

/** No key seals more packets than this. */
export const PACKET_HARD_LIMIT = 2 ** 32

const CTR_BYTES = 6
const HEADER = CID_BYTES + CTR_BYTES
const FLOW_BYTES = 2
const PAYLOAD_AT = HEADER + FLOW_BYTES
const TAG = 16
const NONCE = 12
const CIPHER = 'chacha20-poly1305'
const OPTIONS = { authTagLength: TAG }

/** Seals the packets of one direction; owns the buffer they leave from. */
export class Sealer {
  readonly #key: KeyObject
  readonly #iv: Uint8Array
  readonly #cid: Uint8Array
  readonly #nonce = Buffer.alloc(NONCE)
  #packet = Buffer.alloc(0)
  #header = Buffer.alloc(0)
  #next: number

  /** @param first the first packet number; 0 but for tests of its end */
  constructor({ key, iv }: DirectionKey, cid: Uint8Array, first = 0) {
    this.#key = key
    this.#iv = iv
    this.#cid = cid
    this.#next = first
    this.renew()
  }

  /** Packets sealed so far. */
  get sealed(): number {
    return this.#next
  }

  get exhausted(): boolean {
    return this.#next >= PACKET_HARD_LIMIT
  }

  /** Takes a new buffer, because the system still holds on to the last packet. */
  renew(): void {
    this.#packet = Buffer.allocUnsafeSlow(MAX_PACKET)
    this.#packet.set(this.#cid)
    this.#header = this.#packet.subarray(0, HEADER)
  }

  /**
   * @returns the packet, valid until the next seal()
   * @throws NodeError 'datagram-key-exhausted' after 2^32 packets
   */
  seal(flow: number, payload: Uint8Array): Buffer {
    if (this.exhausted) {
      throw new NodeError('datagram-key-exhausted', 'datagrams: this key has sealed 2^32 packets', {
        remedy: 'retry'
      })
    }
    const packet = this.#packet
    packet.writeUIntBE(this.#next++, CID_BYTES, CTR_BYTES)
    packet.writeUInt16BE(flow, HEADER)
    packet.set(payload, PAYLOAD_AT)
    const end = PAYLOAD_AT + payload.length
    const cipher = createCipheriv(CIPHER, this.#key, fillNonce(this.#nonce, this.#iv, packet), OPTIONS)
    cipher.setAAD(this.#header, { plaintextLength: end - HEADER })
    packet.set(cipher.update(packet.subarray(HEADER, end)), HEADER)
    cipher.final()
    packet.set(cipher.getAuthTag(), end)
    return packet.subarray(0, end + TAG)
  }
}

/** Opens the packets of one direction. Knows nothing of what was received before (replay-window.ts). */
export class Opener {
  readonly #key: KeyObject
  readonly #iv: Uint8Array
  readonly #nonce = Buffer.alloc(NONCE)

  constructor({ key, iv }: DirectionKey) {
    this.#key = key
    this.#iv = iv
  }

  /** @returns flow and payload, the caller's to keep; undefined for a forgery */
  open(packet: Buffer): Buffer | undefined {
    const tagAt = packet.length - TAG
    const decipher = createDecipheriv(CIPHER, this.#key, fillNonce(this.#nonce, this.#iv, packet), OPTIONS)
    decipher.setAAD(packet.subarray(0, HEADER), { plaintextLength: tagAt - HEADER })
    decipher.setAuthTag(packet.subarray(tagAt))
    const plain = decipher.update(packet.subarray(HEADER, tagAt))
    try {
      decipher.final()
    } catch {
      return undefined
    }
    return plain
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

function fillNonce(nonce: Buffer, iv: Uint8Array, packet: Buffer): Buffer {
  nonce.set(iv)
  for (let i = 0; i < CTR_BYTES; i++) {
    const at = NONCE - CTR_BYTES + i
    nonce[at] = (nonce[at] ?? 0) ^ (packet[CID_BYTES + i] ?? 0)
  }
  return nonce
}
