import { createSecretKey, type KeyObject } from 'node:crypto'
import type { ICryptoInterface } from '@libp2p/noise'
import { asCrypto, defaultCrypto, nodeCrypto } from '@libp2p/noise/crypto'

/** Bytes from which OpenSSL is faster than WebAssembly, where it is given a key that it knows (see below). */
const LONG = 512

/** Imported keys by the array that Noise keeps for a direction of a connection (CipherState). */
const keys = new WeakMap<Uint8Array, KeyObject>()

/**
 * What Noise calculates with. @libp2p/noise gives node:crypto the bytes of the key at each message: to look whether they
 * are an imported key takes Node 24 8 us of the 12 of a message of 1,200 bytes, by private fields that are not there.
 */
export const noiseCrypto: ICryptoInterface = {
  ...defaultCrypto,
  chaCha20Poly1305Encrypt: (plaintext, nonce, ad, k) =>
    plaintext.byteLength < LONG
      ? asCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, ad, k)
      : nodeCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, ad, imported(k)),
  chaCha20Poly1305Decrypt: (ciphertext, nonce, ad, k, dst) =>
    ciphertext.byteLength < LONG
      ? asCrypto.chaCha20Poly1305Decrypt(ciphertext, nonce, ad, k, dst)
      : nodeCrypto.chaCha20Poly1305Decrypt(ciphertext, nonce, ad, imported(k), dst)
}

/** node:crypto takes either; the types of @libp2p/noise name bytes alone. */
function imported(k: Uint8Array): Uint8Array {
  const key = keys.get(k) ?? createSecretKey(k)
  keys.set(k, key)
  return key as unknown as Uint8Array
}
