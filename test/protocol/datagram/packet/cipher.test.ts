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

/** A packet of so many bytes behind its header, not sealed, with room for the tag. */
function packetOf(bytes: number): Buffer {
  return Buffer.concat([randomBytes(HEADER_BYTES + bytes), Buffer.alloc(TAG_BYTES)])
}

t.test('every length is sealed and opened as node:crypto does', (t) => {
  for (let bytes = 2; bytes <= 1170; bytes++) {
    const plain = packetOf(bytes)
    const [expected, sealed] = [Buffer.from(plain), Buffer.from(plain)]
    openssl.seal(expected, HEADER_BYTES + bytes)
    fast.seal(sealed, HEADER_BYTES + bytes)
    if (!sealed.equals(expected)) t.fail(`${bytes} bytes are sealed otherwise`)
    const opened = fast.open(sealed)
    if (opened === undefined || !opened.equals(plain.subarray(HEADER_BYTES, HEADER_BYTES + bytes)))
      t.fail(`${bytes} bytes do not open`)
    if (openssl.open(expected) === undefined) t.fail(`${bytes} bytes do not open with node:crypto`)
  }
  t.end()
})

t.test('a forgery is left as it came, and hurts nothing that follows', (t) => {
  for (const bytes of [2, 20, 200, 448, 449, 1170]) {
    const sealed = packetOf(bytes)
    fast.seal(sealed, HEADER_BYTES + bytes)
    for (const at of [
      0,
      8,
      13,
      HEADER_BYTES,
      HEADER_BYTES + bytes - 1,
      HEADER_BYTES + bytes,
      sealed.length - 1
    ]) {
      const forged = Buffer.from(sealed)
      forged[at] = (forged[at] ?? 0) ^ 0x80
      const before = Buffer.from(forged)
      t.equal(fast.open(forged), undefined, `${bytes} bytes, byte ${at}`)
      t.ok(forged.equals(before))
    }
    t.equal(new FastCipher(new ShortCipher(), other).open(Buffer.from(sealed)), undefined, 'another key')
    t.ok(fast.open(sealed))
  }
  t.end()
})

t.test('two keys by turns share the scratch memory', (t) => {
  const [one, two] = [packetCipher(key), packetCipher(other)]
  const [a, b] = [packetOf(64), packetOf(64)]
  const [plainA, plainB] = [Buffer.from(a), Buffer.from(b)]
  one.seal(a, HEADER_BYTES + 64)
  two.seal(b, HEADER_BYTES + 64)
  t.ok(one.open(a)?.equals(plainA.subarray(HEADER_BYTES, HEADER_BYTES + 64)))
  t.ok(two.open(b)?.equals(plainB.subarray(HEADER_BYTES, HEADER_BYTES + 64)))
  t.end()
})
