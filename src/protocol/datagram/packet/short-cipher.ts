/**
 * ChaCha20-Poly1305 (RFC 8439) for short messages, in the WebAssembly module that libp2p's Noise uses: a
 * call into OpenSSL costs more than encrypting a few hundred bytes.
 */
import { timingSafeEqual } from 'node:crypto'
import { newInstance } from '@chainsafe/as-chacha20poly1305'
import { TAG_BYTES } from '../constants.ts'

const KEY = 32
const NONCE = 12
/** Maximum bytes of the associated data. */
export const MAX_AAD = 32
/** Maximum bytes of one message; the module takes up to 65,536. */
const MAX = 2048

/** One scratch memory for all keys; each call overwrites what the last one left. */
export class ShortCipher {
  readonly #wasm = newInstance()
  readonly #key = this.#view(this.#wasm.cpKey.value, KEY)
  readonly #aad = this.#view(this.#wasm.cpAssociatedData.value, MAX_AAD)
  readonly #input = this.#view(this.#wasm.cpInput.value, MAX)
  readonly #output = this.#view(this.#wasm.chacha20Output.value, MAX)
  readonly #tag = this.#view(this.#wasm.poly1305Output.value, TAG_BYTES)
  readonly #expected = Buffer.alloc(TAG_BYTES)
  /** Nonce of the next call; the caller fills it. */
  readonly nonce = this.#view(this.#wasm.cpNonce.value, NONCE)

  /** Encrypts packet[from, end) in place and writes the tag after it; what is before `from` is authenticated. */
  encrypt(key: Uint8Array, packet: Buffer, from: number, end: number): void {
    this.#take(key, packet, from, end)
    this.#wasm.sealUpdate(true, true, end - from, end - from, from)
    this.#output.copy(packet, from, 0, end - from)
    this.#tag.copy(packet, end)
  }

  /** Decrypts packet[from, end) in place where the tag after it is right; else changes nothing. */
  decrypt(key: Uint8Array, packet: Buffer, from: number, end: number): boolean {
    this.#take(key, packet, from, end)
    this.#wasm.openUpdate(true, true, end - from, end - from, from)
    packet.copy(this.#expected, 0, end, end + TAG_BYTES)
    if (!timingSafeEqual(this.#tag, this.#expected)) return false
    this.#output.copy(packet, from, 0, end - from)
    return true
  }

  #take(key: Uint8Array, packet: Buffer, from: number, end: number): void {
    this.#key.set(key)
    packet.copy(this.#aad, 0, 0, from)
    packet.copy(this.#input, 0, from, end)
  }

  #view(offset: number, length: number): Buffer {
    return Buffer.from(this.#wasm.memory.buffer, offset, length)
  }
}
