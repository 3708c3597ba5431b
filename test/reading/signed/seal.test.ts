import t from 'tap'
import { bytesOfHex, concatBytes, hexOfBytes } from '../../../src/cbor/bytes.ts'
import { multihashOfPeer } from '../../../src/reading/series.ts'
import {
  createSigner,
  isSealError,
  openSeal,
  SEAL_BYTES,
  seal,
  signedBytes,
  verifySeal
} from '../../../src/reading/signed/seal.ts'
import { SealVerifier } from '../../../src/reading/signed/seal-verify.ts'
import { seeded, testSigner } from '../../support/readings.ts'

const signer = testSigner()
const payload = bytesOfHex('8101')

t.test('a signer is its key', async (t) => {
  t.same(multihashOfPeer(signer.peer), signer.kid)
  // RFC 8032 section 7.1, test 1.
  const known = createSigner(bytesOfHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'))
  t.equal(
    hexOfBytes(known.kid.subarray(6)),
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'
  )
  t.match(
    hexOfBytes(known.sign(new Uint8Array())),
    /^e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155/
  )
  t.throws(() => createSigner(new Uint8Array(31)), { code: 'bad-seal', why: 'key' })
})

t.test('every byte has its place', async (t) => {
  const bytes = seal('pack', payload, signer)
  const head = 'd284582fa301320318700458 26'.replace(' ', '')
  t.equal(
    hexOfBytes(bytes.subarray(0, -64)),
    `${head}${hexOfBytes(signer.kid)}a0428101 5840`.replace(' ', '')
  )
  t.equal(hexOfBytes(seal('meta', payload, signer)).slice(0, 22), 'd284582fa3013203183c04')
  const signed = hexOfBytes(signedBytes('block', signer.kid, payload))
  const context = `846a${Buffer.from('Signature1').toString('hex')}582fa30132031870045826${hexOfBytes(signer.kid)}`
  t.equal(signed, `${context}4c${Buffer.from('kith/block/1').toString('hex')}428101`)
})

t.test('seals of every length of payload', async (t) => {
  for (const length of [0, 1, 23, 24, 255, 256, 1024, 16_384, 65_535, 65_536]) {
    const bytes = seal('block', new Uint8Array(length), signer)
    t.ok(bytes.length <= length + SEAL_BYTES)
    const opened = openSeal('block', bytes)
    t.match(opened, { domain: 'block', peer: signer.peer, payload: { length } })
    t.ok(verifySeal(opened))
  }
})

t.test('domains are apart', async (t) => {
  t.notOk(verifySeal(openSeal('block', seal('pack', payload, signer))))
  t.notOk(verifySeal(openSeal('pack', seal('block', payload, signer))))
  t.throws(() => openSeal('meta', seal('pack', payload, signer)), { code: 'bad-seal', why: 'form' })
  t.throws(() => openSeal('pack', seal('meta', payload, signer)), { code: 'bad-seal', why: 'form' })
  const verifier = new SealVerifier()
  t.ok(verifier.verify(openSeal('pack', seal('pack', payload, signer))))
  t.notOk(verifier.verify(openSeal('block', seal('pack', payload, signer))), 'remembered as a pack alone')
})

t.test('every changed byte shows', async (t) => {
  for (const length of [2, 300]) {
    const bytes = seal('pack', new Uint8Array(length).fill(1), signer)
    for (let i = 0; i < bytes.length; i += length > 100 ? 7 : 1) {
      const changed = bytes.slice()
      changed[i] = (changed[i] ?? 0) ^ 0x01
      if (genuine(changed)) t.fail(`byte ${i}`)
    }
  }
  t.pass()
})

t.test('cut, lengthened or in a longer form: refused', async (t) => {
  for (const length of [2, 30, 300]) {
    const bytes = seal('pack', new Uint8Array(length), signer)
    for (let end = 0; end < bytes.length; end++)
      t.throws(() => openSeal('pack', bytes.subarray(0, end)), { why: 'form', code: 'bad-seal' })
    t.throws(() => openSeal('pack', concatBytes(bytes, new Uint8Array(1))), { why: 'form', code: 'bad-seal' })
  }
  const hex = hexOfBytes(seal('pack', payload, signer))
  const reshaped = [
    hex.replace('a0428101', 'a058028101'),
    hex.replace('a0428101', 'a05f428101ff'),
    hex.replace('a0428101', 'a0628101'),
    hex.replace('a0428101', 'a10102428101'),
    hex.replace('d284', '84'),
    hex.replace('d284', 'd29f'),
    hex.replace('582fa3', '59002fa3'),
    hex.replace('a30132', 'a30127'),
    hex.replace('002408011220', '002408021220')
  ]
  for (const changed of reshaped) {
    t.not(changed, hex)
    t.throws(() => openSeal('pack', bytesOfHex(changed)), { why: 'form', code: 'bad-seal' })
  }
})

t.test('random and mutated seals are refused or open, never anything else', async (t) => {
  const random = seeded(6)
  const sample = seal('pack', new Uint8Array(100), signer)
  let opened = 0
  for (let i = 0; i < 100_000; i++) {
    const bytes =
      i % 4 === 0
        ? new Uint8Array(Math.floor(random() * 300))
        : sample.slice(0, random() < 0.1 ? random() * 220 : 220)
    for (let n = 0; n < 2; n++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
    try {
      openSeal('pack', bytes)
      opened++
    } catch (error) {
      if (!isSealError(error)) throw error
    }
  }
  t.ok(opened > 5000 && opened < 90_000, `${opened} opened`)
})

t.test('what was verified is remembered, within bounds', async (t) => {
  const seals = [1, 2, 3].map((n) => openSeal('pack', seal('pack', Uint8Array.of(n), signer)))
  const [a, b, c] = seals
  if (a === undefined || b === undefined || c === undefined) throw new Error('three seals')
  const verifier = new SealVerifier({ seals: 2 })
  t.notOk(verifier.knows(a))
  verifier.verify(a)
  verifier.verify(b)
  t.ok(verifier.knows(a), 'seen again')
  verifier.verify(c)
  t.same(
    [a, b, c].map((one) => verifier.knows(one)),
    [true, false, true],
    'the least recently seen is removed'
  )
})

t.test('a verifier keeps few keys and serves all', async (t) => {
  const verifier = new SealVerifier({ keys: 2, seals: 2 })
  for (let round = 0; round < 2; round++) {
    for (const byte of [1, 2, 3, 4]) {
      const opened = openSeal('pack', seal('pack', payload, testSigner(byte)))
      t.notOk(verifier.knows(opened))
      t.ok(verifier.verify(opened))
      t.ok(verifier.knows(opened))
      const forged = { ...opened, signature: new Uint8Array(64), bytes: opened.bytes.map((n) => n ^ 1) }
      t.notOk(verifier.verify(forged))
      t.notOk(verifier.knows(forged), 'a forgery is not remembered')
    }
  }
})

function genuine(bytes: Uint8Array): boolean {
  try {
    return verifySeal(openSeal('pack', bytes))
  } catch (error) {
    if (isSealError(error)) return false
    throw error
  }
}
