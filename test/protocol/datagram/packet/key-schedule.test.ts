import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import t from 'tap'
import {
  type Agreement,
  agreementSalt,
  deriveKeys
} from '../../../../src/protocol/datagram/packet/key-schedule.ts'
import { vector } from '../../../support/datagram/vector.ts'

t.test('the test vector', (t) => {
  const { initiatorToResponder, responderToInitiator } = deriveKeys(vector)
  t.equal(
    agreementSalt(vector).toString('hex'),
    '4808a961f8184344c93ec53d5df007c38507427d0298d3a8a1636401d57ee937'
  )
  t.equal(
    initiatorToResponder.key.export().toString('hex'),
    '98d87d04ab17e6821a9316ef04aca2c2f125021bad6f58f8521d62498f5b08ca'
  )
  t.equal(Buffer.from(initiatorToResponder.iv).toString('hex'), '0b83910848f78c36f74394de')
  t.equal(
    responderToInitiator.key.export().toString('hex'),
    'a6127a0d11622cf1e4078f5a9b8ae38a88004ae5e3919fa9d716311e01386706'
  )
  t.equal(Buffer.from(responderToInitiator.iv).toString('hex'), '5975ec51614d41771d52ef33')
  t.end()
})

t.test('@noble/hashes comes to the same keys', (t) => {
  const secrets = Buffer.concat([vector.initiatorSecret, vector.responderSecret])
  const expand = (info: string, length: number): string =>
    Buffer.from(hkdf(sha256, secrets, agreementSalt(vector), Buffer.from(info), length)).toString('hex')
  const { initiatorToResponder, responderToInitiator } = deriveKeys(vector)
  t.equal(initiatorToResponder.key.export().toString('hex'), expand('dgram/1 key I>R', 32))
  t.equal(Buffer.from(initiatorToResponder.iv).toString('hex'), expand('dgram/1 iv I>R', 12))
  t.equal(responderToInitiator.key.export().toString('hex'), expand('dgram/1 key R>I', 32))
  t.equal(Buffer.from(responderToInitiator.iv).toString('hex'), expand('dgram/1 iv R>I', 12))
  t.end()
})

t.test('swapped PeerIds, and any changed byte of the frames, give other keys', (t) => {
  const seen = new Set<string>()
  const add = (agreement: Agreement): void => {
    const keys = deriveKeys(agreement)
    seen.add(keys.initiatorToResponder.key.export().toString('hex'))
    seen.add(keys.responderToInitiator.key.export().toString('hex'))
  }
  add(vector)
  add({ ...vector, initiator: vector.responder, responder: vector.initiator })
  add({ ...vector, initiatorSecret: vector.responderSecret, responderSecret: vector.initiatorSecret })
  for (let i = 0; i < vector.first.length; i++) {
    const changed = Buffer.from(vector.first)
    changed[i] = (changed[i] ?? 0) ^ 1
    add({ ...vector, first: changed })
  }
  t.equal(seen.size, 2 * (3 + vector.first.length))
  t.end()
})

t.test('a rekey: the same derivation over REKEY and REKEY_ACK', (t) => {
  const { initiatorToResponder, responderToInitiator } = deriveKeys({
    ...vector,
    first: Buffer.from(`08${'33'.repeat(32)}${'c3'.repeat(8)}`, 'hex'),
    second: Buffer.from(`09${'44'.repeat(32)}${'c4'.repeat(8)}`, 'hex'),
    initiatorSecret: Buffer.alloc(32, 0x33),
    responderSecret: Buffer.alloc(32, 0x44)
  })
  t.equal(
    initiatorToResponder.key.export().toString('hex'),
    '679483b02dd943a5b37262ec47be3ab41bca7338982c2ba82a7a1028a99e6932'
  )
  t.equal(Buffer.from(initiatorToResponder.iv).toString('hex'), '7c26bff4086e80057870e7db')
  t.equal(
    responderToInitiator.key.export().toString('hex'),
    'caeb87d3e412938167105abd1adacb506287ada6e18d7649dfe3a9a39c5f2d71'
  )
  t.equal(Buffer.from(responderToInitiator.iv).toString('hex'), '8e6f07afe0ae2807658e0b53')
  t.end()
})
