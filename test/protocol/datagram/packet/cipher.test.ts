import { randomBytes } from 'node:crypto'
import t from 'tap'
import { HEADER_BYTES, TAG_BYTES } from '../../../../src/protocol/datagram/constants.ts'
import { FastCipher, OpensslCipher, packetCipher } from '../../../../src/protocol/datagram/packet/cipher.ts'
import { deriveKeys } from '../../../../src/protocol/datagram/packet/key-schedule.ts'
import { ShortCipher } from '../../../../src/protocol/datagram/packet/short-cipher.ts'
import { vector } from '../../../support/datagram/vector.ts'

const { initiatorToResponder: key, responderToInitiator: other } = deriveKeys(vector)
const openssl = new OpensslCipher(key)
const fast = new FastCipher(new ShortCipher(), key)

/** A packet of so many bytes behind its header, not encrypted, with room for the tag. */
function packetOf(bytes: number): Buffer {
  return Buffer.concat([randomBytes(HEADER_BYTES + bytes), Buffer.alloc(TAG_BYTES)])
}

t.test('every length is encrypted and decrypted as node:crypto does', (t) => {
  for (let bytes = 2; bytes <= 1170; bytes++) {
    const plain = packetOf(bytes)
    const [expected, encrypted] = [Buffer.from(plain), Buffer.from(plain)]
    openssl.encrypt(expected, HEADER_BYTES + bytes)
    fast.encrypt(encrypted, HEADER_BYTES + bytes)
    if (!encrypted.equals(expected)) t.fail(`${bytes} bytes are encrypted otherwise`)
    const decrypted = fast.decrypt(encrypted)
    if (decrypted === undefined || !decrypted.equals(plain.subarray(HEADER_BYTES, HEADER_BYTES + bytes)))
      t.fail(`${bytes} bytes do not open`)
    if (openssl.decrypt(expected) === undefined) t.fail(`${bytes} bytes do not open with node:crypto`)
  }
  t.end()
})

t.test('a forgery is left as it came, and hurts nothing that follows', (t) => {
  for (const bytes of [2, 20, 200, 448, 449, 1170]) {
    const encrypted = packetOf(bytes)
    fast.encrypt(encrypted, HEADER_BYTES + bytes)
    for (const at of [
      0,
      8,
      13,
      HEADER_BYTES,
      HEADER_BYTES + bytes - 1,
      HEADER_BYTES + bytes,
      encrypted.length - 1
    ]) {
      const forged = Buffer.from(encrypted)
      forged[at] = (forged[at] ?? 0) ^ 0x80
      const before = Buffer.from(forged)
      t.equal(fast.decrypt(forged), undefined, `${bytes} bytes, byte ${at}`)
      t.ok(forged.equals(before))
    }
    t.equal(
      new FastCipher(new ShortCipher(), other).decrypt(Buffer.from(encrypted)),
      undefined,
      'another key'
    )
    t.ok(fast.decrypt(encrypted))
  }
  t.end()
})

t.test('two keys by turns share the scratch memory', (t) => {
  const [one, two] = [packetCipher(key), packetCipher(other)]
  const [a, b] = [packetOf(64), packetOf(64)]
  const [plainA, plainB] = [Buffer.from(a), Buffer.from(b)]
  one.encrypt(a, HEADER_BYTES + 64)
  two.encrypt(b, HEADER_BYTES + 64)
  t.ok(one.decrypt(a)?.equals(plainA.subarray(HEADER_BYTES, HEADER_BYTES + 64)))
  t.ok(two.decrypt(b)?.equals(plainB.subarray(HEADER_BYTES, HEADER_BYTES + 64)))
  t.end()
})
