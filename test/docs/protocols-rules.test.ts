import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { bytesOfHex, hexOfBytes } from '../../src/cbor/bytes.ts'
import { isNodeError } from '../../src/error.ts'
import { messageId } from '../../src/protocol/gossip/message-id.ts'
import { decodeAnswer } from '../../src/protocol/query/codec/answer.ts'
import { decodeRequest, isBadRequest } from '../../src/protocol/query/codec/request.ts'
import type { Quantities } from '../../src/reading/quantity.ts'
import type { Reading } from '../../src/reading/reading.ts'
import { decodeCatalogue } from '../../src/reading/signed/catalogue-read.ts'
import { readSealed } from '../../src/reading/signed/open-signed.ts'
import { SealVerifier } from '../../src/reading/signed/seal-verify.ts'
import { readBlock, readPack } from '../support/packs.ts'
import { documentRows } from '../support/protocols-document.ts'
import { allQuantities } from '../support/readings.ts'

interface RuleCase {
  rule: string
  what: string
  as: 'sealed' | 'pack' | 'block' | 'meta' | 'request' | 'answer'
  topic?: string
  verdict: 'accept' | 'refuse'
  /** The first of those of the readings. */
  seqs?: number[]
  hex: string
}

interface SealedCase {
  name: string
  topic: string
  verdict: 'accept' | 'reject'
  hex: string
  id: string
  readings?: { series: string; seq: number; t: number | null }[]
}

const maxPayload = 1024
const known = ['describe', 'read', 'observe', 'credit', 'history', 'cancel', 'time']
const refusals = ['bad-cbor', 'bad-frame', 'bad-pack', 'bad-sealed']

function vectors(name: string): URL {
  return new URL(`../vectors/${name}`, import.meta.url)
}

/** The quantities of a topic as the document's table has them. */
const topics = new Map(
  documentRows('ProtocolName', 'quantities', 'maxPayload', 'acceptAge').map(([id, quantities = '']) => [
    id,
    quantities.split(', ')
  ])
)

function quantitiesOf(topic: string | undefined): Quantities {
  const names = topics.get(topic) ?? []
  return new Map([...allQuantities].filter(([name]) => names.includes(name)))
}

function readSealedPack(topic: string, bytes: Uint8Array): readonly Reading[] {
  const rules = { topic, quantities: quantitiesOf(topic), maxPayload }
  return readSealed('pack', bytes, rules, new SealVerifier()).readings
}

/** @returns the readings, where there are any; throws where the bytes are refused */
function take({ as, topic = '', hex }: RuleCase, peer: string): readonly Reading[] {
  const bytes = bytesOfHex(hex)
  const quantities = quantitiesOf(topic)
  if (as === 'sealed') return readSealedPack(topic, bytes)
  if (as === 'pack') return readPack(bytes, { peer, quantities, maxPayload })
  if (as === 'block') return readBlock(bytes, { peer, quantities })
  if (as === 'meta') decodeCatalogue(bytes, peer)
  else if (as === 'answer') decodeAnswer(bytes, 17_408)
  else decodeRequest(bytes, 512)
  return []
}

/** What a request is answered with: a wrong field is reported before an unknown op. */
function refusalOf(hex: string): string | undefined {
  const request = decodeRequest(bytesOfHex(hex), 512)
  if (isBadRequest(request)) return 'F6'
  return known.includes(request.op) ? undefined : 'F7'
}

const rules: { key: { peer: string }; cases: RuleCase[] } = JSON.parse(
  readFileSync(vectors('rules.json'), 'utf8')
)

t.test('each rule is broken by something', async (t) => {
  const stated = ['what', 'a receiver MUST refuse'].flatMap((title) => documentRows('rule', title))
  const frames = documentRows('rule', 'what', 'what follows')
  const broken = new Set(rules.cases.filter(({ verdict }) => verdict === 'refuse').map(({ rule }) => rule))
  // C is listed in the document itself, B1 is all of P, and these are of streams, not of one frame.
  const elsewhere = /^(C\d+|B1|F1|F2|F5|F9|F10)$/
  t.equal(stated.length + frames.length, 19 + 8 + 21 + 2 + 8 + 10)
  for (const [rule = ''] of [...stated, ...frames]) {
    t.ok(elsewhere.test(rule) || broken.has(rule), rule)
  }
})

for (const one of rules.cases) {
  const name = `${one.rule}, ${one.as}: ${one.what}`
  t.test(`${one.verdict} ${name}`, async (t) => {
    if (one.rule === 'F6' || one.rule === 'F7') {
      t.equal(refusalOf(one.hex), one.verdict === 'accept' ? undefined : one.rule)
    } else if (one.verdict === 'accept') {
      const readings = take(one, rules.key.peer)
      if (one.seqs !== undefined) {
        t.strictSame(
          readings.slice(0, one.seqs.length).map(({ position }) => position.seq),
          one.seqs
        )
      }
    } else {
      try {
        take(one, rules.key.peer)
        t.fail('it is taken')
      } catch (error) {
        t.ok(isNodeError(error) && refusals.includes(error.code), String(error))
      }
    }
  })
}

t.test('packs of an independent program', async (t) => {
  const shared = new URL('../../../shared/vectors/packs.json', import.meta.url)
  for (const file of [vectors('packs.json'), shared].filter((url) => existsSync(url))) {
    const { cases }: { cases: SealedCase[] } = JSON.parse(readFileSync(file, 'utf8'))
    t.equal(cases.length, 65)
    for (const { name, topic, verdict, hex, id, readings } of cases) {
      const bytes = bytesOfHex(hex)
      t.equal(hexOfBytes(messageId(topic, bytes)), id, `id of ${name}`)
      if (verdict === 'reject') {
        t.throws(() => readSealedPack(topic, bytes), { code: 'bad-sealed' }, name)
        continue
      }
      const found = readSealedPack(topic, bytes).map(({ series, position, time }) => [
        series,
        position.seq,
        time
      ])
      t.strictSame(
        found,
        readings?.map(({ series, seq, t }) => [series, seq, t]),
        name
      )
    }
  }
})
