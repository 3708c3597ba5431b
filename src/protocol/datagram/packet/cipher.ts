import { createCipheriv, createDecipheriv } from 'node:crypto'
import { CID_BYTES, CTR_BYTES, HEADER_BYTES, TAG_BYTES } from '../constants.ts'
import type { DirectionKey } from './key-schedule.ts'
import { ShortCipher } from './short-cipher.ts'

const NONCE = 12
/** Up to this many bytes ShortCipher is faster; beyond, OpenSSL (npm run bench -- cipher). */
const SHORT = 448
const CIPHER = 'chacha20-poly1305'
const OPTIONS = { authTagLength: TAG_BYTES }

/** Encrypts and decrypts the packets of one direction, in place; their headers are filled in already. */
export interface PacketCipher {
  /** Encrypts packet[HEADER_BYTES, end) and writes the tag behind it. */
  encrypt(packet: Buffer, end: number): void
  /** @returns the plaintext, in the packet's memory or its own; undefined for a forgery */
  decrypt(packet: Buffer): Buffer | undefined
}

/** By node:crypto alone: the fallback, and the oracle in tests of FastCipher. */
export class OpensslCipher implements PacketCipher {
  readonly #key: DirectionKey['key']
  readonly #iv: Uint8Array
  readonly #nonce = Buffer.alloc(NONCE)

  constructor({ key, iv }: DirectionKey) {
    this.#key = key
    this.#iv = iv
  }

  encrypt(packet: Buffer, end: number): void {
    fillNonce(this.#nonce, this.#iv, packet)
    const cipher = createCipheriv(CIPHER, this.#key, this.#nonce, OPTIONS)
    cipher.setAAD(packet.subarray(0, HEADER_BYTES), { plaintextLength: end - HEADER_BYTES })
    packet.set(cipher.update(packet.subarray(HEADER_BYTES, end)), HEADER_BYTES)
    cipher.final()
    packet.set(cipher.getAuthTag(), end)
  }

  decrypt(packet: Buffer): Buffer | undefined {
    const end = packet.length - TAG_BYTES
    fillNonce(this.#nonce, this.#iv, packet)
    const decipher = createDecipheriv(CIPHER, this.#key, this.#nonce, OPTIONS)
    decipher.setAAD(packet.subarray(0, HEADER_BYTES), { plaintextLength: end - HEADER_BYTES })
    decipher.setAuthTag(packet.subarray(end))
    const plain = decipher.update(packet.subarray(HEADER_BYTES, end))
    try {
      decipher.final()
    } catch {
      return undefined
    }
    return plain
  }
}

/** Each packet by the implementation that is faster at its length. */
export class FastCipher implements PacketCipher {
  readonly #short: ShortCipher
  readonly #long: OpensslCipher
  readonly #key: Uint8Array
  readonly #iv: Uint8Array

  constructor(short: ShortCipher, direction: DirectionKey) {
    this.#short = short
    this.#long = new OpensslCipher(direction)
    this.#key = direction.key.export()
    this.#iv = direction.iv
  }

  encrypt(packet: Buffer, end: number): void {
    if (end - HEADER_BYTES > SHORT) {
      this.#long.encrypt(packet, end)
    } else {
      fillNonce(this.#short.nonce, this.#iv, packet)
      this.#short.encrypt(this.#key, packet, HEADER_BYTES, end)
    }
  }

  decrypt(packet: Buffer): Buffer | undefined {
    const end = packet.length - TAG_BYTES
    if (end - HEADER_BYTES > SHORT) return this.#long.decrypt(packet)
    fillNonce(this.#short.nonce, this.#iv, packet)
    return this.#short.decrypt(this.#key, packet, HEADER_BYTES, end)
      ? packet.subarray(HEADER_BYTES, end)
      : undefined
  }
}

/** Made with the first key, shared by all; null where WebAssembly is not available. */
let short: ShortCipher | null | undefined

/** The fastest cipher that this machine supports. */
export function packetCipher(direction: DirectionKey): PacketCipher {
  if (short === undefined) short = makeShort()
  return short === null ? new OpensslCipher(direction) : new FastCipher(short, direction)
}

function makeShort(): ShortCipher | null {
  try {
    return new ShortCipher()
  } catch {
    return null
  }
}

/** nonce = iv XOR (0^6 || ctr) */
function fillNonce(nonce: Buffer, iv: Uint8Array, packet: Buffer): void {
  nonce.set(iv)
  for (let i = 0; i < CTR_BYTES; i++) {
    const at = NONCE - CTR_BYTES + i
    nonce[at] = (nonce[at] ?? 0) ^ (packet[CID_BYTES + i] ?? 0)
  }
}
