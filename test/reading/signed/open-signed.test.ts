import t from 'tap'
import type { CborValue } from '../../../src/cbor/value.ts'
import { encodeCatalogue } from '../../../src/reading/signed/catalogue-write.ts'
import {
  openSealed,
  readOpened,
  readSealed,
  readSealedCatalogue
} from '../../../src/reading/signed/open-signed.ts'
import { seal } from '../../../src/reading/signed/seal.ts'
import { SealVerifier } from '../../../src/reading/signed/seal-verify.ts'
import { encodeBlock, encodePack, packOfValues } from '../../support/packs.ts'
import { allQuantities, metaOf, readingOf, testSigner } from '../../support/readings.ts'

const signer = testSigner()
const rules = { topic: '/sensor/temp/v1', quantities: allQuantities, maxPayload: 1024 }
const reading = readingOf(signer.peer)
const payload = encodePack([reading])
const pack = seal('pack', payload, signer)

function refused(by: string, why: string): { code: string; verdict: string; by: string; why: string } {
  return { code: 'bad-sealed', verdict: 'reject', by, why }
}

t.test('packs and blocks', async (t) => {
  const verifier = new SealVerifier()
  const common = { topic: rules.topic, author: signer.peer, readings: [reading] }
  t.strictSame(readSealed('pack', pack, rules, verifier), { kind: 'pack', bytes: pack, ...common })
  const block = seal('block', encodeBlock([reading]), signer)
  t.strictSame(readSealed('block', block, rules, verifier), { kind: 'block', bytes: block, ...common })
  t.throws(() => readSealed('pack', block, rules, verifier), refused('signature', 'signature'))
  t.throws(() => readSealed('block', pack, rules, verifier), refused('signature', 'signature'))
})

t.test(
  'a bad record among good ones is a fault; bad ones only are refused, unless they may cost nothing',
  async (t) => {
    const verifier = new SealVerifier()
    const packOf = (...values: CborValue[]): Uint8Array =>
      seal('pack', packOfValues(reading.series, values), signer)
    const mixed = readSealed('pack', packOf(20, 'warm', 21), rules, verifier)
    t.match(mixed.readings, [
      { value: 20 },
      { position: { seq: 1 }, time: 1_790_000_101, unit: 'Cel', interval: 10, fault: { code: 'bad-record' } },
      { value: 21 }
    ])
    t.match(mixed.flaws, [/no number/])
    t.equal(readSealed('pack', packOf(20, 21), rules, verifier).flaws, undefined)
    const bad = packOf('warm', 'cold')
    t.throws(() => readSealed('pack', bad, rules, verifier), refused('pack', 'value'))
    const { readings } = readSealed('pack', bad, { ...rules, takesBadRecords: true }, verifier)
    t.match(readings, [{ fault: { code: 'bad-record' } }, { fault: { code: 'bad-record' } }])
  }
)

t.test('catalogues', async (t) => {
  const meta = metaOf(signer.peer)
  const verifier = new SealVerifier()
  t.strictSame(readSealedCatalogue(seal('meta', encodeCatalogue(meta), signer), verifier), {
    author: signer.peer,
    catalogue: meta
  })
  t.throws(() => readSealedCatalogue(pack, verifier), refused('seal', 'form'))
  const stranger = seal('meta', encodeCatalogue(meta), testSigner(8))
  t.throws(() => readSealedCatalogue(stranger, verifier), refused('pack', 'name'))
  const opened = openSealed('meta', seal('meta', encodeCatalogue(meta), signer), 16_384)
  t.throws(() => readOpened(opened, rules), refused('pack', 'form'))
})

t.test('each check in its order', async (t) => {
  const verifier = new SealVerifier()
  const read = (bytes: Uint8Array, changes: Partial<typeof rules> = {}): unknown =>
    readSealed('pack', bytes, { ...rules, ...changes }, verifier)
  t.throws(() => read(new Uint8Array(1185)), refused('size', 'size'))
  t.throws(() => read(new Uint8Array(1184)), refused('seal', 'form'))
  t.ok(read(pack, { maxPayload: payload.length }))
  t.throws(
    () => read(pack, { maxPayload: payload.length - 1 }),
    refused('size', 'size'),
    'the payload by itself'
  )
  const forged = pack.with(-1, (pack.at(-1) ?? 0) ^ 1)
  t.throws(() => read(forged), refused('signature', 'signature'))
  t.throws(() => read(seal('pack', Uint8Array.of(0x80), signer)), refused('pack', 'items'))
  t.throws(
    () => read(pack, { quantities: new Map() }),
    refused('pack', 'quantity'),
    'of another topic, verified before'
  )
  t.throws(() => read(seal('pack', payload, testSigner(8))), refused('pack', 'name'))
})
