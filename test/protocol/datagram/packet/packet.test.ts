import { createHash } from 'node:crypto'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import t from 'tap'
import { deriveKeys } from '../../../../src/protocol/datagram/packet/key-schedule.ts'
import {
  flowOf,
  PacketDecrypter,
  PacketEncrypter,
  packetNumber,
  payloadOf
} from '../../../../src/protocol/datagram/packet/packet.ts'
import { decodeProbe, encodeProbe } from '../../../../src/protocol/datagram/path/probe.ts'
import { vector } from '../../../support/datagram/vector.ts'

const cid = Buffer.from('c2'.repeat(8), 'hex')
const { initiatorToResponder: key, responderToInitiator: other } = deriveKeys(vector)

t.test('the test vector', (t) => {
  const encrypter = new PacketEncrypter(key, cid, 1)
  const packet = Buffer.from(encrypter.encrypt(1, Buffer.from('21.5')))
  t.equal(packet.toString('hex'), 'c2c2c2c2c2c2c2c2000000000001f281dfb9e6d3803676e62aca73d949eb3cd98e904fe2')
  const plain = new PacketDecrypter(key).decrypt(packet)
  t.equal(plain && flowOf(plain), 1)
  t.equal(plain && payloadOf(plain).toString(), '21.5')
  t.equal(packetNumber(packet), 1)
  t.end()
})

t.test('@noble/ciphers decrypts what is encrypted', (t) => {
  const encrypter = new PacketEncrypter(key, cid)
  for (const size of [0, 1, 63, 64, 65, 1168]) {
    const payload = Buffer.alloc(size, size)
    const packet = encrypter.encrypt(0x1234, payload)
    const nonce = Buffer.from(key.iv)
    for (let i = 0; i < 6; i++) nonce[6 + i] = (nonce[6 + i] ?? 0) ^ (packet[8 + i] ?? 0)
    const plain = chacha20poly1305(key.key.export(), nonce, packet.subarray(0, 14)).decrypt(
      packet.subarray(14)
    )
    t.equal(Buffer.from(plain).toString('hex'), `1234${payload.toString('hex')}`)
  }
  t.end()
})

t.test('each flipped bit and each truncation is a forgery', (t) => {
  const packet = Buffer.from(new PacketEncrypter(key, cid).encrypt(7, Buffer.from('temperature')))
  const decrypter = new PacketDecrypter(key)
  for (let bit = 8 * 8; bit < packet.length * 8; bit++) {
    const flipped = Buffer.from(packet)
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    if (decrypter.decrypt(flipped) !== undefined) t.fail(`bit ${bit}`)
  }
  for (let length = 32; length < packet.length; length++) {
    if (decrypter.decrypt(packet.subarray(0, length)) !== undefined) t.fail(`length ${length}`)
  }
  t.equal(new PacketDecrypter(other).decrypt(packet), undefined, 'the other direction has another key')
  t.ok(decrypter.decrypt(packet), 'the packet itself is good')
  t.end()
})

t.test('counter: 48 bits on the wire, and a hard stop at 2^32', (t) => {
  const encrypter = new PacketEncrypter(key, cid, 2 ** 32 - 2)
  const first = Buffer.from(encrypter.encrypt(1, Buffer.from('a')))
  t.equal(first.subarray(8, 14).toString('hex'), '0000fffffffe')
  encrypter.encrypt(1, Buffer.from('b'))
  t.equal(encrypter.exhausted, true)
  t.throws(() => encrypter.encrypt(1, Buffer.from('c')), { code: 'datagram-key-exhausted' })
  const far = Buffer.from(new PacketEncrypter(key, cid, 2 ** 31 + 5).encrypt(1, Buffer.from('d')))
  t.equal(packetNumber(far), 2 ** 31 + 5)
  t.ok(new PacketDecrypter(key).decrypt(far), 'numbers over 31 bits make the same nonce on both sides')
  far.fill(0xff, 8, 14)
  t.equal(packetNumber(far), 2 ** 48 - 1)
  t.end()
})

t.test('a renewed buffer leaves the last packet alone', (t) => {
  const encrypter = new PacketEncrypter(key, cid)
  const held = encrypter.encrypt(1, Buffer.from('held by the system'))
  const copy = Buffer.from(held)
  encrypter.renew()
  encrypter.encrypt(1, Buffer.from('the next'))
  t.same(held, copy)
  t.end()
})

t.test('a PROBE of 1200 bytes', (t) => {
  const token = Buffer.from('0102030405060708', 'hex')
  const packet = new PacketEncrypter(key, cid).encrypt(0, encodeProbe('probe', token))
  t.equal(packet.length, 1200)
  t.equal(
    packet.subarray(0, 32).toString('hex'),
    'c2c2c2c2c2c2c2c2000000000000bdd5ed03cd5f34a6a6b7d530c91b98142811'
  )
  t.equal(packet.subarray(-16).toString('hex'), '83e825d17324e58762a234128aaed909')
  t.equal(
    createHash('sha256').update(packet).digest('hex'),
    'e13b0509d6fbf761e2acebe997a413aa49fbf4f7dc01f69c1018192fa3770c04'
  )
  const plain = new PacketDecrypter(key).decrypt(Buffer.from(packet))
  t.same(plain && decodeProbe(payloadOf(plain)), { kind: 'probe', token })
  t.equal(decodeProbe(Buffer.alloc(1168, 3)), undefined, 'an unknown type')
  t.equal(decodeProbe(encodeProbe('probe-ack', token).subarray(0, 1167)), undefined, 'another length')
  t.end()
})
