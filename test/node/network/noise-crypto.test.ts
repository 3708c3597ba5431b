import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { asCrypto, defaultCrypto } from '@libp2p/noise/crypto'
import t from 'tap'
import { Uint8ArrayList } from 'uint8arraylist'
import { noiseCrypto } from '../../../src/node/network/noise-crypto.ts'

const none = new Uint8Array(0)
const hex = (bytes: { subarray(): Uint8Array }): string => Buffer.from(bytes.subarray()).toString('hex')

t.test('messages of each length are those of @libp2p/noise, and forged ones are refused', async (t) => {
  const k = crypto.randomBytes(32)
  for (const length of [0, 1, 495, 496, 511, 512, 513, 1199, 1200, 4096, 65_519]) {
    const nonce = crypto.randomBytes(12)
    const plain = crypto.randomBytes(length)
    const sealed = noiseCrypto.chaCha20Poly1305Encrypt(plain, nonce, none, k).subarray()
    t.equal(hex(sealed), hex(asCrypto.chaCha20Poly1305Encrypt(plain, nonce, none, k)), `${length} bytes`)
    t.equal(hex(noiseCrypto.chaCha20Poly1305Decrypt(sealed, nonce, none, k)), hex(plain))
    t.equal(hex(defaultCrypto.chaCha20Poly1305Decrypt(sealed, nonce, none, k)), hex(plain))
    const parts = new Uint8ArrayList(sealed.subarray(0, 7), sealed.subarray(7))
    t.equal(hex(noiseCrypto.chaCha20Poly1305Decrypt(parts, nonce, none, k)), hex(plain), 'in parts')
    const forged = Uint8Array.from(sealed)
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1
    t.throws(() => noiseCrypto.chaCha20Poly1305Decrypt(forged, nonce, none, k))
    t.throws(
      () => noiseCrypto.chaCha20Poly1305Decrypt(sealed, nonce, none, crypto.randomBytes(32)),
      'another key'
    )
  }
})

t.test('a key is imported once', async (t) => {
  const { createSecretKey } = crypto
  let calls = 0
  crypto.createSecretKey = ((...args: Parameters<typeof createSecretKey>) => {
    calls++
    return createSecretKey(...args)
  }) as typeof createSecretKey
  syncBuiltinESMExports()
  t.teardown(() => {
    crypto.createSecretKey = createSecretKey
    syncBuiltinESMExports()
  })
  const [one, other] = [crypto.randomBytes(32), crypto.randomBytes(32)]
  for (let i = 0; i < 10; i++)
    for (const k of [one, other])
      noiseCrypto.chaCha20Poly1305Encrypt(new Uint8Array(2000), crypto.randomBytes(12), none, k)
  t.equal(calls, 2)
})
