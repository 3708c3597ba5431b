import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { bytesOfHex, hexOfBytes } from '../../../src/cbor/bytes.ts'
import { type Quantities, quantityTable } from '../../../src/reading/quantity.ts'
import type { Reading } from '../../../src/reading/reading.ts'
import { isSealedRefusal, readSealed } from '../../../src/reading/signed/open-signed.ts'
import { createSigner, openSeal, seal } from '../../../src/reading/signed/seal.ts'
import { SealVerifier } from '../../../src/reading/signed/seal-verify.ts'
import { encodePack, readPack } from '../../support/packs.ts'

interface Case {
  name: string
  topic: string
  verdict: 'accept' | 'reject'
  why: string
  hex: string
  readings?: {
    series: string
    seq: number
    t: number | null
    unit: string | null
    value?: number | boolean
    fault?: string
  }[]
}
interface Vectors {
  key: { seed: string; kid: string; peer: string }
  run: { ep: number; boot: string }
  maxPayload: number
  cases: Case[]
}

// Packs of an independent program; the file beside the project, where present, is the same.
const path = new URL('../../vectors/packs.json', import.meta.url)
const shared = new URL('../../../../shared/vectors/packs.json', import.meta.url)
const text = readFileSync(path)
if (existsSync(shared)) t.ok(readFileSync(shared).equals(text), 'the copy is the shared file, byte for byte')

const vectors: Vectors = JSON.parse(text.toString())
const topics: Readonly<Record<string, string>> = {
  '/sensor/temp/v1': 'temperature',
  '/sensor/humidity/v1': 'humidity',
  '/sensor/contact/v1': 'contact',
  '/sensor/voltage/v1': 'voltage'
}

function quantitiesOf(topic: string): Quantities {
  return new Map([...quantityTable()].filter(([name]) => name === topics[topic]))
}

function read(one: Case): readonly Reading[] {
  const { topic } = one
  const rules = { topic, quantities: quantitiesOf(topic), maxPayload: vectors.maxPayload }
  return readSealed('pack', bytesOfHex(one.hex), rules, new SealVerifier()).readings
}

/** The check and the rule by which each case must fall, by its reason in the file. */
const falls: Readonly<Record<string, string>> = {
  signature: 'signature signature',
  form: 'seal form',
  'protected header': 'seal form',
  'unprotected not empty': 'seal form',
  '1888 bytes of pack': 'size size',
  'too many': 'size size', // 257 records do not fit 1,024 bytes
  "bn is not the kid's": 'pack name',
  name: 'pack name',
  'temperature on the humidity topic': 'pack quantity',
  quantity: 'pack quantity',
  empty: 'pack items',
  'no value': 'pack value',
  'two values': 'pack value',
  'value of another kind': 'pack value',
  bver: 'pack key',
  'key ending in _': 'pack key',
  key: 'pack key',
  'duplicate key': 'pack duplicate-key',
  order: 'pack order',
  number: 'pack number',
  'not shortest': 'pack not-shortest',
  indefinite: 'pack indefinite',
  tag: 'pack tag',
  exponent: 'pack number',
  depth: 'pack depth',
  length: 'pack length',
  trailing: 'pack trailing',
  unit: 'pack unit',
  run: 'pack run',
  time: 'pack time',
  fault: 'pack fault',
  text: 'pack text'
}
const exceptions: Readonly<Record<string, string>> = {
  'not an array': 'pack form', // refused like a broken seal
  'seq negative': 'pack position' // refused like a number out of CBOR's range
}

t.equal(vectors.cases.length, 65)
for (const one of vectors.cases) {
  t.test(`${one.verdict}: ${one.name}`, async (t) => {
    if (one.verdict === 'accept') {
      const readings = read(one)
      const plain = readings.map(({ series, position, time, unit, value, fault }) => ({
        series,
        seq: position.seq,
        t: time,
        unit,
        ...(fault === undefined ? { value } : { fault: `${fault.code} ${fault.text}` })
      }))
      t.strictSame(plain, one.readings)
      for (const { position } of readings) {
        t.match(position, { epoch: vectors.run.ep, boot: vectors.run.boot })
      }
      return
    }
    try {
      read(one)
      t.fail('accepted')
    } catch (error) {
      if (!isSealedRefusal(error)) throw error
      t.equal(error.verdict, 'reject')
      t.equal(`${error.by} ${error.why}`, exceptions[one.name] ?? falls[one.why], error.message)
    }
  })
}

t.test('what was accepted comes back from our own packs', async (t) => {
  for (const one of vectors.cases.filter(({ verdict }) => verdict === 'accept')) {
    const readings = read(one)
    const { peer, payload: given } = openSeal('pack', bytesOfHex(one.hex))
    const payload = encodePack(readings, { sealedMono: 92_733_518, maxPayload: vectors.maxPayload })
    const rules = { peer, quantities: quantitiesOf(one.topic), maxPayload: vectors.maxPayload }
    t.strictSame(readPack(payload, rules), readings, one.name)
    t.ok(payload.length <= given.length, `${payload.length} bytes for ${given.length}`)
  }
})

t.test('the same key makes the same seal', async (t) => {
  const signer = createSigner(bytesOfHex(vectors.key.seed))
  t.equal(signer.peer, vectors.key.peer)
  t.equal(hexOfBytes(signer.kid), vectors.key.kid)
  for (const one of vectors.cases.filter(({ verdict }) => verdict === 'accept')) {
    const { payload } = openSeal('pack', bytesOfHex(one.hex))
    t.equal(hexOfBytes(seal('pack', payload, signer)), one.hex, one.name)
  }
})
